"""Waits of single requests: measured one prompt at a time, kept after a kill, summed up as declared."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from made_up import make_rows

from tunewright.config.schema.evaluation import Evaluation
from tunewright.data.rows import Message
from tunewright.evaluation.engines import in_process
from tunewright.evaluation.engines.in_process import TransformersEngine
from tunewright.evaluation.latency import (
    Latency,
    Wait,
    latency_in,
    latency_seconds,
    measure_latency,
    scoring_record,
    summed_up,
)
from tunewright.models.chat import encode_prompt
from tunewright.models.machine import timing_record

ROWS = make_rows(5)
PROMPTS = [row.prompt for row in ROWS]


def test_the_95th_percentile_is_the_nearest_rank() -> None:
    few = summed_up([Wait(0.1, second) for second in (3.0, 1.0, 2.0)])
    assert few == Latency(3, 0.1, 2.0, 3.0, 6.0), "of few the longest"
    skew = summed_up([Wait(first, 2 * first) for first in (0.1, 0.2, 9.0)])
    assert skew == Latency(3, 0.2, 0.4, 18.0, 18.6), "medians, not means"
    many = summed_up([Wait(float(number), float(100 - number)) for number in range(40)])
    assert many.request_seconds_p95 == 98.0, "38 of 40 are not longer"
    assert many.seconds_to_first_token == 19.5


def test_requests_are_asked_one_at_a_time_the_first_twice(tmp_path: Path) -> None:
    asked: list[Sequence[Message]] = []

    def ask(row_id: str, prompt: Sequence[Message]) -> Wait:
        asked.append(prompt)
        return Wait(1.0, float(len(asked)))

    found = measure_latency(ask, ROWS, PROMPTS, contestant="tuned", requests=3, folder=tmp_path)
    assert asked == [PROMPTS[0], *PROMPTS[:3]], "the first is not counted: it warms up"
    assert found == Latency(3, 1.0, 3.0, 4.0, 9.0)
    assert measure_latency(ask, ROWS, PROMPTS, contestant="few_shot", requests=0, folder=tmp_path) is None
    assert len(asked) == 4


def test_waits_that_a_killed_run_measured_are_kept(tmp_path: Path) -> None:
    asked = 0

    def killed(row_id: str, prompt: Sequence[Message]) -> Wait:
        nonlocal asked
        asked += 1
        if asked == 4:
            raise KeyboardInterrupt
        return Wait(1.0, 2.0)

    with pytest.raises(KeyboardInterrupt):
        measure_latency(killed, ROWS, PROMPTS, contestant="tuned", requests=4, folder=tmp_path)

    def later(row_id: str, prompt: Sequence[Message]) -> Wait:
        return Wait(10.0, 20.0)

    found = measure_latency(later, ROWS, PROMPTS, contestant="tuned", requests=4, folder=tmp_path)
    assert found == Latency(4, 5.5, 11.0, 20.0, 44.0)
    never = measure_latency(pytest.fail, ROWS, PROMPTS, contestant="tuned", requests=4, folder=tmp_path)
    assert never == found


def test_a_request_is_the_whole_prompt_in_a_batch_of_one(
    model: Any, tokenizer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes: list[tuple[int, int]] = []
    forward = model.forward

    def counted(*arguments: Any, **keywords: Any) -> Any:
        shapes.append(tuple(keywords["input_ids"].shape))
        return forward(*arguments, **keywords)

    monkeypatch.setattr(model, "forward", counted)
    monkeypatch.setattr(in_process, "end_of_turn_ids", lambda tokenizer: ())
    ticks = count()
    monkeypatch.setattr(in_process, "time", SimpleNamespace(perf_counter=lambda: float(next(ticks))))
    wait = TransformersEngine(model, tokenizer, Evaluation(max_new_tokens=5)).timed("r0", PROMPTS[0])
    assert shapes == [(1, len(encode_prompt(tokenizer, PROMPTS[0]))), *[(1, 1)] * 4]
    assert wait == Wait(1.0, 6.0), "the clock is read at the start, after each of five tokens, and at the end"


def test_a_record_holds_waits_beside_the_seconds_of_the_answers() -> None:
    waits = {"zero_shot": Latency(2, 0.1, 1.0, 2.0, 3.0), "few_shot": None}
    written = scoring_record(
        timing_record(10.0, 100), engine="vllm", batch_size={"zero_shot": 16}, latency=waits
    ).as_dict()
    assert (written["seconds"], written["engine"], written["batch_size"]) == (10.0, "vllm", {"zero_shot": 16})
    assert latency_in(written, "zero_shot") == waits["zero_shot"]
    assert latency_in(written, "few_shot") is None
    assert latency_seconds(written) == 3.0
    assert latency_seconds(timing_record(1.0, 1).as_dict()) == 0
