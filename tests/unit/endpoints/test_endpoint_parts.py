"""The parts of the client by themselves: what only chance, time or a rare server would show over a socket."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from threading import Barrier, Event
from types import SimpleNamespace

import httpx2
import pytest

from tunewright.config.schema.endpoint import Endpoint
from tunewright.data.rows import Message
from tunewright.endpoints import pace
from tunewright.endpoints.answer import ChatRequest, Completion
from tunewright.endpoints.answer_store import AnswerStore
from tunewright.endpoints.at_once import at_once
from tunewright.endpoints.budget import Budget, cost_of, most_tokens
from tunewright.endpoints.faults import FaultError, seconds_asked
from tunewright.endpoints.pace import Pace, StoppedError
from tunewright.endpoints.parse import Pieces, answer_in
from tunewright.errors import EndpointError

REQUEST = ChatRequest("row a", (Message("system", "né"), Message("user", "ab")))
PRICES = {"price_per_million_input_tokens": 1e6, "price_per_million_output_tokens": 2e6}
MOST = 3 + 2 + 2 * 16 + 64 + 2 * 20
"""What `REQUEST` with 20 new tokens may cost: a token a byte, the marks of two turns and of the chat."""


def budget(limit: float) -> Budget:
    return Budget(Endpoint(**PRICES, max_cost=limit), "evaluation.judge.endpoint")


def test_the_most_that_a_prompt_can_have_is_a_token_a_byte_and_the_marks() -> None:
    assert most_tokens(REQUEST) == MOST - 2 * 20


def test_input_and_output_have_their_own_price() -> None:
    assert cost_of(Endpoint(**PRICES), 7, 3) == 13


def test_what_just_fits_is_sent_and_one_more_is_not() -> None:
    with budget(MOST).reserved(REQUEST, 20, Event()) as set_aside:
        assert set_aside == MOST
    with pytest.raises(EndpointError, match="could exceed"), budget(MOST - 1).reserved(REQUEST, 20, Event()):
        pytest.fail("it was sent")


def test_what_is_under_way_counts_until_it_has_arrived() -> None:
    shared, stop = budget(1.5 * MOST), Event()
    with shared.reserved(REQUEST, 20, stop):
        stop.set()
        with pytest.raises(StoppedError), shared.reserved(REQUEST, 20, stop):
            pytest.fail("both together may exceed the budget")
    with shared.reserved(REQUEST, 20, stop):
        shared.count(Completion("x", 10, 5, "stop", 0.1))
    assert shared.note() == "20.0000 USD"


def test_the_first_failure_stops_what_has_not_begun() -> None:
    begun: list[int] = []

    def work(item: int) -> int:
        begun.append(item)
        if item == 2:
            raise ValueError(str(item))
        return item

    with pytest.raises(ValueError, match="2"):
        list(at_once(work, range(100), 1, Event()))
    assert begun == [0, 1, 2]


def test_of_several_failures_that_of_the_foremost_item_is_raised() -> None:
    together = Barrier(2)

    def work(item: int) -> int:
        together.wait()
        time.sleep(0.05 if item == 0 else 0)
        raise ValueError(f"item {item}")

    with pytest.raises(ValueError, match="item 0"):
        list(at_once(work, [0, 1], 2, Event()))


@contextmanager
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """A clock that only waiting moves."""
    now = [0.0]

    def sleep(_: Pace, seconds: float) -> None:
        now[0] += max(seconds, 0.0)

    with monkeypatch.context() as patched:
        patched.setattr(pace, "time", SimpleNamespace(monotonic=lambda: now[0]))
        patched.setattr(Pace, "sleep", sleep)
        yield now


def test_a_shorter_wait_does_not_shorten_a_longer_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with clock(monkeypatch) as now:
        one = Pace(None, Event())
        one.hold_all(30)
        one.hold_all(1)
        one.wait_for_turn()
    assert now == [30.0]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "Mon, 01 Jan 2001 00:00:00 GMT"}, 0.0),
        ({}, None),
    ],
)
def test_the_wait_that_a_server_asks_for(headers: dict[str, str], seconds: float | None) -> None:
    assert seconds_asked(httpx2.Headers(headers)) == seconds


def test_a_wait_until_a_day_is_counted_from_now() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    asked = seconds_asked(httpx2.Headers({"retry-after": later}))
    assert asked is not None and 90 < asked <= 100


def piece(**parts: object) -> str:
    return "data: " + json.dumps(parts)


def delta(finish_reason: str | None = None, **parts: str) -> list[dict[str, object]]:
    return [{"index": 0, "delta": parts, "finish_reason": finish_reason}]


USAGE = {"prompt_tokens": 7, "completion_tokens": 3}


def test_only_text_counts_as_the_first_token_and_the_usage_may_come_early() -> None:
    pieces = Pieces()
    lines = [
        (piece(choices=delta(role="assistant", content="")), False),
        (": a comment", False),
        (piece(choices=delta(content="one")), True),
        (piece(choices=delta("stop", content=" two"), usage=USAGE), True),
        (piece(choices=[]), False),
        ("data: [DONE]", False),
    ]
    assert [pieces.take(line) for line, _ in lines] == [text for _, text in lines]
    assert pieces.whole(2.0, 0.5) == Completion("one two", 7, 3, "stop", 2.0, 0.5)


def test_a_refusal_is_the_answer() -> None:
    message = {"role": "assistant", "content": None, "refusal": "I cannot."}
    answer = {"choices": [{"message": message, "finish_reason": "stop"}], "usage": USAGE}
    assert answer_in(json.dumps(answer), 1.0).text == "I cannot."
    pieces = Pieces()
    assert pieces.take(piece(choices=delta(refusal="I can")))
    pieces.take(piece(choices=delta("stop", refusal="not."), usage=USAGE))
    assert pieces.whole(1.0, None).text == "I cannot."


def test_a_stream_that_breaks_off_may_pass_and_may_be_charged() -> None:
    pieces = Pieces()
    pieces.take(piece(choices=delta(content="one")))
    with pytest.raises(FaultError) as caught:
        pieces.whole(1.0, None)
    assert (caught.value.fault.passes, caught.value.fault.may_be_charged) == (True, True)


def test_an_answers_name_is_made_of_all_that_decides_it(tmp_path: Path) -> None:
    store = AnswerStore(tmp_path)
    body = {"model": "large-1", "messages": [{"role": "user", "content": "x"}], "temperature": 0.0}
    asked = [
        ("https://a.test/v1", body),
        ("https://b.test/v1", body),
        *(("https://a.test/v1", {**body, **change}) for change in ({"model": "m"}, {"temperature": 1.0})),
        ("https://a.test/v1", {**body, "messages": []}),
    ]
    names = [store.name_of(*one) for one in asked]
    assert all(one != other for one, other in itertools.combinations(names, 2))
    turned = dict(reversed(body.items()))
    assert store.name_of("https://a.test/v1/", turned) == names[0], "neither the last slash nor the order"
