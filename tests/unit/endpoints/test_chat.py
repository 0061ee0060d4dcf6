"""A server is asked, over a real socket, with everything that can go wrong on the way."""

from __future__ import annotations

import json
import re
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.endpoints.chat_server import (
    BROKEN,
    DROPPED,
    HTML,
    KEY,
    LATE,
    MODEL,
    TOO_MANY,
    ChatServer,
    Reply,
    answer,
    complaint,
)
from tunewright.config.schema.endpoint import Endpoint
from tunewright.data.rows import Message
from tunewright.endpoints import at_once, line, pace
from tunewright.endpoints.answer import ChatRequest, Completion
from tunewright.endpoints.budget import most_tokens
from tunewright.endpoints.chat import ChatClient
from tunewright.endpoints.use import use_of
from tunewright.errors import EndpointError
from tunewright.signals import Signalled, signals_raise

WHERE = "evaluation.reference.endpoint"
VARIABLE = "SOME_SERVICE_VARIABLE"
PRICES = {"price_per_million_input_tokens": 1e6, "price_per_million_output_tokens": 2e6}


def request(text: str) -> ChatRequest:
    return ChatRequest(f"row {text}", (Message("system", "be loud"), Message("user", text)))


REQUESTS = [request(text) for text in ("one two", "three", "four five six", "seven")]
LOUD = ["ONE TWO", "THREE", "FOUR FIVE SIX", "SEVEN"]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "FIRST_WAIT_SECONDS", 0.01)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-" + "of-somebody-else-123456789")


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer().running() as running:
        yield running


def client(server: ChatServer, folder: Path, *, stream: bool = False, **settings: Any) -> ChatClient:
    endpoint = Endpoint(**{"base_url": server.base_url, "model": MODEL, **settings})
    return ChatClient(endpoint, where=WHERE, stream=stream, folder=folder, environment={VARIABLE: KEY})


def texts(completions: list[Completion]) -> list[str]:
    return [completion.text for completion in completions]


def complete(asked: ChatClient, requests: list[ChatRequest] = REQUESTS) -> list[Completion]:
    return asked.complete(requests, max_new_tokens=20)


def refused(asked: ChatClient, requests: list[ChatRequest] = REQUESTS[:1]) -> EndpointError:
    with pytest.raises(EndpointError) as caught:
        complete(asked, requests)
    return caught.value


def test_answers_come_in_the_order_of_the_requests(tmp_path: Path) -> None:
    def slow_first(messages: Any) -> str:
        time.sleep(0.1 if messages[-1]["content"] == "one two" else 0)
        return str(messages[-1]["content"]).upper()

    with ChatServer(slow_first).running() as server:
        found = complete(client(server, tmp_path))
    assert texts(found) == LOUD
    assert [(one.prompt_tokens, one.completion_tokens) for one in found] == [(4, 2), (3, 1), (5, 3), (3, 1)]
    assert all(one.finished and not one.from_cache and one.first_token_seconds is None for one in found)
    assert found[0].seconds > 0.1


def test_what_is_sent(server: ChatServer, tmp_path: Path) -> None:
    complete(client(server, tmp_path, api_key_env=VARIABLE), REQUESTS[:1])
    messages = [{"role": "system", "content": "be loud"}, {"role": "user", "content": "one two"}]
    sent = {"model": MODEL, "messages": messages, "max_tokens": 20, "temperature": 0.0, "seed": 0}
    assert server.bodies == [sent]
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"
    other = {"temperature": None, "seed": None, "limit_sent_as": "max_completion_tokens"}
    complete(client(server, tmp_path, **other), REQUESTS[:1])
    assert server.bodies[1] == {"model": MODEL, "messages": messages, "max_completion_tokens": 20}
    assert server.headers[1]["authorization"] == "Bearer none", "no other program's key goes to the server"


def test_an_answer_that_was_cut_is_not_finished(server: ChatServer, tmp_path: Path) -> None:
    [cut] = client(server, tmp_path).complete([REQUESTS[2]], max_new_tokens=2)
    assert (cut.text, cut.finish_reason, cut.finished) == ("FOUR FIVE", "length", False)


def test_nothing_is_asked_twice(server: ChatServer, tmp_path: Path) -> None:
    first = complete(client(server, tmp_path), [*REQUESTS, REQUESTS[0]])
    again = complete(client(server, tmp_path, timeout_seconds=9, max_retries=0, max_concurrency=1))
    assert len(server.bodies) == 4
    assert texts(again) == texts(first)[:4] == LOUD
    assert all(one.from_cache for one in again) and not any(one.from_cache for one in first)
    assert [one.seconds for one in again] == [one.seconds for one in first[:4]]


def test_what_decides_an_answer_is_asked_anew(server: ChatServer, tmp_path: Path) -> None:
    for settings in ({}, {"temperature": 0.5}, {"seed": 3}, {"limit_sent_as": "max_completion_tokens"}):
        complete(client(server, tmp_path, **settings), REQUESTS[:1])
    client(server, tmp_path).complete(REQUESTS[:1], max_new_tokens=21)
    complete(client(server, tmp_path, stream=True), REQUESTS[:1])
    assert len(server.bodies) == 6


def test_the_answers_lie_in_the_main_checkout(
    server: ChatServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path / "main"))
    endpoint = Endpoint(base_url=server.base_url, model=MODEL)
    complete(ChatClient(endpoint, where=WHERE), REQUESTS[:2])
    kept = [path for path in (tmp_path / "main" / ".tunewright" / "answers").rglob("*") if path.is_file()]
    assert len(kept) == 2
    assert not any("one two" in path.read_text() for path in kept), "the question is not kept"


def test_a_damaged_answer_is_asked_for_again(server: ChatServer, tmp_path: Path) -> None:
    complete(client(server, tmp_path), REQUESTS[:1])
    [kept] = list(tmp_path.rglob("*.json"))
    kept.write_text('{"text": "ONE')
    assert texts(complete(client(server, tmp_path), REQUESTS[:1])) == LOUD[:1]
    assert len(server.bodies) == 2


@pytest.mark.parametrize(
    "reply",
    [
        TOO_MANY,
        BROKEN,
        DROPPED,
        LATE,
        Reply(503, HTML.body),
        complaint(408, "too slow"),
        complaint(409, "locked"),
    ],
)
def test_what_may_pass_is_tried_again(reply: Reply, tmp_path: Path) -> None:
    with ChatServer(replies=[reply, reply]).running() as server:
        found = complete(client(server, tmp_path, timeout_seconds=0.2, max_concurrency=1), REQUESTS[:1])
        assert texts(found) == LOUD[:1]
        assert len(server.bodies) == 3


@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_that_the_server_asks_for_is_kept_by_all(status: int, tmp_path: Path) -> None:
    busy = complaint(status, "slow down", Retry_After="0.3")
    with ChatServer(replies=[busy], seconds=0.02).running() as server:
        found = complete(client(server, tmp_path, max_concurrency=2), [request(f"r{n}") for n in range(8)])
        assert len(found) == 8
        later = [at - server.times[0] for at in server.times[1:]]
    assert sum(at < 0.29 for at in later) <= 2, "what was under way, not what came later"


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [("Mon, 01 Jan 2001 00:00:00 GMT", 0, 0.2), ("nonsense", 0, 0.2), ("-3", 0, 0.2)],
)
def test_other_forms_of_the_wait(header: str, least: float, most: float, tmp_path: Path) -> None:
    with ChatServer(replies=[complaint(503, "down", Retry_After=header)]).running() as server:
        complete(client(server, tmp_path), REQUESTS[:1])
        assert least <= server.times[1] - server.times[0] < most


def test_a_wait_without_measure_is_told(tmp_path: Path) -> None:
    with ChatServer(replies=[complaint(429, "day's limit", Retry_After="86400")]).running() as server:
        error = refused(client(server, tmp_path))
        assert len(server.bodies) == 1
    assert "asks to wait 86400 s" in error.what
    assert "what is answered is kept" in error.fix


def test_no_faster_than_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(line.Pace, "sleep", lambda _, seconds: waits.append(seconds))
    monkeypatch.setattr(pace, "time", SimpleNamespace(monotonic=lambda: sum(waits)))
    with ChatServer().running() as server:
        complete(client(server, tmp_path, requests_per_minute=1200, max_concurrency=1))
    assert waits == pytest.approx([0.05] * 3), "four requests, 50 ms apart"


@pytest.mark.parametrize("most", [1, 3])
def test_no_more_at_once_than_allowed(most: int, tmp_path: Path) -> None:
    with ChatServer(seconds=0.03).running() as server:
        complete(client(server, tmp_path, max_concurrency=most), [request(f"r{n}") for n in range(9)])
        assert server.most_at_once == most


def test_failures_that_do_not_pass(tmp_path: Path) -> None:
    with ChatServer(replies=[BROKEN] * 9).running() as server:
        error = refused(client(server, tmp_path, max_retries=2))
        assert len(server.bodies) == 3
    assert error.what == 'row one two: the server failed (HTTP 500): "oh no" (asked 3 times)'
    assert server.base_url in error.where


def test_waits_double_up_to_a_bound_and_never_fall_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    shares: set[tuple[float, float]] = set()
    monkeypatch.setattr(line, "FIRST_WAIT_SECONDS", 1.0)
    monkeypatch.setattr(line.random, "uniform", lambda *share: shares.add(share) or share[1])
    monkeypatch.setattr(line.Pace, "sleep", lambda _, seconds: waits.append(seconds))
    with ChatServer(replies=[BROKEN] * 9).running() as server:
        refused(client(server, tmp_path, max_retries=7))
    assert waits == [1, 2, 4, 8, 16, 30, 30]
    assert shares == {(0.5, 1.0)}, "a share of each is drawn"


MALFORMED = {
    "nothing": ("", "it is nothing"),
    "a page": (HTML.body, "it is an HTML page"),
    "half": ('{"choices": [', "it is no JSON"),
    "another object": ({"object": "list"}, "`choices` is missing"),
    "no choices": ({**answer("x"), "choices": []}, "`choices` is empty"),
    "null": (answer(None), "`content` is null, though the answer ended with 'stop'"),
    "no usage": ({**answer("x"), "usage": None}, "`usage` is missing"),
    "a list": ([1], "valid dictionary"),
    "tokens below zero": (answer("x", prompt=-1), "greater than or equal to 0"),
    "too deep": ("[" * 100_000, "it is no JSON"),
    "a number": (answer(5), "`choices.0.message.content`: input should be a valid string"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", MALFORMED)
def test_answers_that_are_none(name: str, stream: bool, tmp_path: Path) -> None:
    body, what = MALFORMED[name]
    text = body if isinstance(body, str) else json.dumps(body)
    with ChatServer(replies=[Reply(200, text)]).running() as server:
        error = refused(client(server, tmp_path, stream=stream, max_retries=0))
        assert len(server.bodies) == 1
    assert "row one two" in error.what
    assert ("the stream ended amid the answer" if stream and not text else what) in error.what
    assert "/v1" in error.fix
    assert not [path for path in tmp_path.rglob("*") if path.is_file()], "it is not kept"


def test_an_answer_that_was_held_back_is_empty(tmp_path: Path) -> None:
    with ChatServer(replies=[Reply(200, answer(None, reason="content_filter"))]).running() as server:
        [held] = complete(client(server, tmp_path), REQUESTS[:1])
    assert (held.text, held.finished, held.finish_reason) == ("", False, "content_filter")


def test_half_a_surrogate_pair_is_no_text(tmp_path: Path) -> None:
    with ChatServer(replies=[Reply(200, json.dumps(answer("a\ud800b \U0001f600")))]).running() as server:
        [found] = complete(client(server, tmp_path), REQUESTS[:1])
    assert found.text == "a\ufffdb \U0001f600"


@pytest.mark.parametrize("key", ["two words", "caf\xe9", "line\nbreak"])
def test_a_key_that_is_none(key: str, server: ChatServer) -> None:
    endpoint = Endpoint(base_url=server.base_url, model=MODEL, api_key_env=VARIABLE)
    with pytest.raises(EndpointError, match=f"copy the key into {VARIABLE}") as caught:
        ChatClient(endpoint, where=WHERE, environment={VARIABLE: key})
    assert key not in str(caught.value)


def test_an_address_that_is_none(tmp_path: Path) -> None:
    asked = ChatClient(
        Endpoint(base_url="https://ex\u2028a.com/v1", model=MODEL), where=WHERE, folder=tmp_path
    )
    assert refused(asked).where == f"{WHERE}.base_url"


def test_streamed(server: ChatServer, tmp_path: Path) -> None:
    found = complete(client(server, tmp_path, stream=True))
    assert [one.text.strip() for one in found] == LOUD
    assert all(one.first_token_seconds is not None for one in found)
    assert found[2].first_token_seconds is not None
    assert found[2].first_token_seconds + 0.03 < found[2].seconds, "three words, 20 ms apart"
    assert (found[2].prompt_tokens, found[2].completion_tokens, found[2].finished) == (5, 3, True)


def test_a_stream_that_breaks_off_is_asked_again(tmp_path: Path) -> None:
    torn = 'data: {"choices": [{"delta": {"content": "ONE"}}]}\n\n'
    with ChatServer(replies=[Reply(200, torn, {"Content-Type": "text/event-stream"})]).running() as server:
        [found] = complete(client(server, tmp_path, stream=True), REQUESTS[:1])
    assert found.text.strip() == "ONE TWO"


def test_a_wrong_key(server: ChatServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = "wrong-key-0815-zzz"
    endpoint = Endpoint(base_url=server.base_url, model=MODEL, api_key_env=VARIABLE)
    asked = ChatClient(endpoint, where=WHERE, folder=tmp_path, environment={VARIABLE: wrong})
    error = refused(asked)
    assert f"refuses the key in {VARIABLE} (HTTP 401)" in error.what
    assert VARIABLE in error.fix
    assert wrong not in str(error) + capsys.readouterr().err
    assert len(server.bodies) == 1, "a wrong key does not get right by trying again"


def test_the_key_is_kept_nowhere(
    server: ChatServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    complete(client(server, tmp_path, api_key_env=VARIABLE))
    assert not any(KEY in path.read_text() for path in tmp_path.rglob("*") if path.is_file())
    assert KEY not in "".join(capsys.readouterr())


def test_a_key_is_asked_for(tmp_path: Path) -> None:
    with ChatServer(replies=[complaint(401, "no key")]).running() as server:
        assert f"{WHERE}.api_key_env=NAME" in refused(client(server, tmp_path)).fix


def test_a_key_that_is_not_there(server: ChatServer) -> None:
    for environment in ({}, {VARIABLE: " "}):
        with pytest.raises(EndpointError, match=f"names {VARIABLE}, which is not set") as caught:
            ChatClient(
                Endpoint(base_url=server.base_url, model=MODEL, api_key_env=VARIABLE),
                where=WHERE,
                environment=environment,
            )
        assert VARIABLE in caught.value.fix


def test_an_unknown_model(server: ChatServer, tmp_path: Path) -> None:
    error = refused(client(server, tmp_path, model="larg-1"))
    assert "knows no model 'larg-1'" in error.what
    assert f"it has: {MODEL}" in error.what
    assert error.fix == f"tunewright set {WHERE}.model={MODEL}"


@pytest.mark.parametrize(
    ("reply", "what", "fix"),
    [
        (
            complaint(400, "Unsupported: use 'max_completion_tokens'"),
            "HTTP 400",
            "limit_sent_as=max_completion",
        ),
        (complaint(400, "temperature must be 1"), "temperature must be 1", "temperature=null"),
        (complaint(400, "maximum context length is 5"), "context", "evaluation.max_new_tokens"),
        (complaint(422, "no idea"), "no idea", WHERE),
        (complaint(429, "pay first", "insufficient_quota"), "quota is used up", "account"),
        (Reply(302, "", {"Location": "http://127.0.0.1:9/elsewhere"}), "sends on to another", "base_url"),
    ],
)
def test_refusals(reply: Reply, what: str, fix: str, tmp_path: Path) -> None:
    with ChatServer(replies=[reply]).running() as server:
        error = refused(client(server, tmp_path))
        assert len(server.bodies) == 1
    assert what in error.what
    assert fix in error.fix


def test_what_a_server_says_at_length_is_cut(tmp_path: Path) -> None:
    with ChatServer(replies=[complaint(422, "so " * 2000)]).running() as server:
        error = refused(client(server, tmp_path))
    assert error.what.count("so") == 100 and error.what.endswith(' ..."')


def test_nobody_listens(tmp_path: Path) -> None:
    server = ChatServer()
    with server.running():
        pass
    error = refused(client(server, tmp_path, max_retries=1))
    assert "cannot be reached" in error.what and "asked 2 times" in error.what
    assert f"{WHERE}.base_url" in error.fix


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"base_url": None}, "base_url"),
        ({"model": None}, "model"),
        ({"base_url": "http://example.com/v1"}, "base_url"),
    ],
)
def test_endpoints_that_are_not_asked(server: ChatServer, settings: dict[str, Any], key: str) -> None:
    with pytest.raises(EndpointError) as caught:
        ChatClient(Endpoint(**{"base_url": server.base_url, "model": MODEL, **settings}), where=WHERE)
    assert caught.value.where == f"{WHERE}.{key}"


def test_the_budget_is_not_exceeded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each prompt has 3 tokens or more and 1 of answer: 5 units or more, at most some 150."""
    many = [request(f"r{number}") for number in range(100)]
    most = most_tokens(many[-1]) + 2 * 20
    with ChatServer().running() as server:
        for concurrency in (1, 4):
            asked = client(
                server, tmp_path / str(concurrency), max_concurrency=concurrency, max_cost=300, **PRICES
            )
            error = refused(asked, many)
            answered = len([*(tmp_path / str(concurrency)).rglob("*.json")])
            assert 300 - most < 5 * answered <= 300, "it is used, and not exceeded"
            assert error.where == f"{WHERE}.max_cost"
            assert "asks only for what is missing" in error.fix
            assert f"{answered} of 100 answers are kept" in capsys.readouterr().err
        asked_already = len(server.bodies)
        enough = client(server, tmp_path / "4", max_cost=800, **PRICES)
        assert len(complete(enough, many)) == 100
        assert len(server.bodies) == asked_already + 100 - answered
        spent = use_of(complete(enough, many), Endpoint(**PRICES)).cost
    assert spent == pytest.approx(500)


def test_what_may_be_charged_counts_towards_the_budget(tmp_path: Path) -> None:
    most = most_tokens(REQUESTS[0]) + 2 * 20
    with ChatServer(replies=[DROPPED] * 9).running() as server:
        error = refused(client(server, tmp_path, max_cost=2.5 * most, **PRICES))
        assert len(server.bodies) == 2
    assert error.where == f"{WHERE}.max_cost"


def test_a_server_that_was_not_reached_charges_nothing(tmp_path: Path) -> None:
    server = ChatServer()
    with server.running():
        pass
    most = most_tokens(REQUESTS[0]) + 2 * 20
    error = refused(client(server, tmp_path, max_retries=2, max_cost=1.5 * most, **PRICES))
    assert "cannot be reached" in error.what and "asked 3 times" in error.what


def test_answers_from_earlier_count_towards_the_budget(server: ChatServer, tmp_path: Path) -> None:
    before = use_of(complete(client(server, tmp_path), REQUESTS[:3]), Endpoint(**PRICES)).cost
    assert before == (4 + 2 * 2) + (3 + 2 * 1) + (5 + 2 * 3)
    enough = before + most_tokens(REQUESTS[3]) + 2 * 20
    error = refused(client(server, tmp_path, max_cost=enough - 1, **PRICES), REQUESTS)
    assert error.where == f"{WHERE}.max_cost" and "so far cost 24.0000 USD" in error.what
    assert texts(complete(client(server, tmp_path, max_cost=enough, **PRICES))) == LOUD


def test_no_price_no_cost() -> None:
    one = Completion("x", 7, 3, "stop", 0.1)
    assert use_of([one], Endpoint(price_per_million_input_tokens=1.0)).cost is None
    assert use_of([one, one], Endpoint(**PRICES)).cost == 26


def test_an_interruption_keeps_what_is_answered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    many = [request(f"r{number}") for number in range(40)]
    main = threading.main_thread().ident
    assert main is not None

    def interrupting(messages: Any) -> str:
        if messages[-1]["content"] == "r5":
            signal.pthread_kill(main, signal.SIGINT)
        return "yes"

    with ChatServer(interrupting, seconds=0.02).running() as server:
        with pytest.raises(Signalled), signals_raise():
            complete(client(server, tmp_path, max_concurrency=2), many)
        sent = len(server.bodies)
        assert 6 <= sent < 12
        told = re.search(r"(\d+) of 40 answers are kept", capsys.readouterr().err)
        assert told is not None
        assert int(told[1]) == sent, "what was under way has arrived"
        assert len(complete(client(server, tmp_path), many)) == 40
        assert len(server.bodies) == 40


def test_a_silent_server_does_not_hold_up_an_interruption(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_once, "GRACE_SECONDS", 0.1)
    main = threading.main_thread().ident
    assert main is not None
    threading.Timer(0.2, signal.pthread_kill, (main, signal.SIGINT)).start()
    with ChatServer(seconds=3).running() as server:
        started = time.monotonic()
        with pytest.raises(Signalled), signals_raise():
            complete(client(server, tmp_path), REQUESTS)
        assert time.monotonic() - started < 1.5


def test_a_failure_keeps_what_is_answered(tmp_path: Path) -> None:
    def failing(messages: Any) -> str:
        if messages[-1]["content"] == "seven":
            server.replies.append(complaint(400, "no"))
        return "yes"

    with ChatServer(failing).running() as server:
        refused(client(server, tmp_path, max_concurrency=1), [*REQUESTS, request("eight")])
        assert len(complete(client(server, tmp_path), [*REQUESTS, request("eight")])) == 5
        assert len(server.bodies) == 6
