"""The stage judge, against a server on this machine with all its faults, and with a local model."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.endpoints.chat_server import BROKEN, DROPPED, HTML, KEY, LATE, MODEL, TOO_MANY, ChatServer
from tests.unit.evaluation.judging.judge_made_up import answers_in, opinion
from tests.unit.evaluation.stage_project import CHOICES, make_project, rows
from tunewright.artifacts import (
    BASELINE,
    EVALUATION,
    JUDGE,
    METRICS,
    REFERENCE,
    TIMINGS,
    read_json,
    read_jsonl,
)
from tunewright.config.schema.evaluation import Evaluation
from tunewright.endpoints import line
from tunewright.errors import EndpointError, EvaluationError, ModelError
from tunewright.evaluation.engines.in_process import TransformersEngine
from tunewright.evaluation.judging import askers
from tunewright.evaluation.judging.results import EXCHANGES, JUDGEMENTS, read_judged
from tunewright.evaluation.judging.use import JudgeUse, read_judge_use
from tunewright.evaluation.predictions import PREDICTIONS, Prediction, write_predictions
from tunewright.stages import compose, judge

ROWS = 6
VARIABLE = "THE_JUDGES_VARIABLE"
NAMES = ("quality",)


def verdict(messages: Any) -> str:
    """The tuned model is right on even rows, the other on odd ones; on the last nobody can be read."""
    a, b = answers_in(messages[1]["content"])
    if "row 4" in a + b:
        return "I had rather not say."
    good = [side for side, text in (("A", a), ("B", b)) if "right" in text]
    return opinion(good[0] if len(good) == 1 else "tie", 4, 2, NAMES)


def answered(who: str, good: range) -> list[Prediction]:
    return [
        Prediction(
            row.id, who, "", row.reference, f"{who} row {n} {'right' if n in good else 'wrong'}", 9, 3, True
        )
        for n, row in enumerate(rows("test", ROWS))
    ]


class Made:
    """A project with predictions of all contestants."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.monkeypatch = folder, monkeypatch

    def __call__(self, evaluation: dict[str, Any] | None = None, **asked: Any) -> Path:
        evaluation = {
            "judge": {"enabled": True, **asked},
            "statistics": {"bootstrap_samples": 200},
            **(evaluation or {}),
        }
        params = CHOICES + f"set: {json.dumps({'evaluation': evaluation})}\n"
        if self.folder.exists():
            (self.folder / "params.yaml").write_text(params)
            compose.run(self.folder)
            return self.folder
        (self.folder / "data" / "suites").mkdir(parents=True)
        root = make_project(self.folder, params, self.monkeypatch, test_rows=ROWS)
        base = answered("zero_shot", range(0)) + answered("few_shot", range(1, ROWS, 2))
        write_predictions(root / BASELINE / PREDICTIONS, base)
        write_predictions(root / EVALUATION / PREDICTIONS, answered("tuned", range(0, ROWS, 2)))
        write_predictions(root / REFERENCE / PREDICTIONS, [])
        return root

    def by(self, server: ChatServer, endpoint: dict[str, Any] | None = None, **asked: Any) -> Path:
        given = {"base_url": server.base_url, "model": MODEL, "api_key_env": VARIABLE, "max_concurrency": 1}
        given |= endpoint or {}
        others = {"reference": {"enabled": True, "endpoint": given}} if "against" in asked else {}
        return self(others, endpoint=given, **asked)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    monkeypatch.setattr(line, "FIRST_WAIT_SECONDS", 0.01)
    monkeypatch.setenv(VARIABLE, KEY)
    return Made(tmp_path / "project", monkeypatch)


def took(root: Path) -> JudgeUse:
    return read_judge_use(root / TIMINGS / "judge.json")


def results(root: Path) -> list[bytes]:
    return [
        (root / path).read_bytes() for path in (JUDGE / JUDGEMENTS, JUDGE / EXCHANGES, METRICS / "judge.json")
    ]


def test_it_asks_in_both_orders_and_writes_what_came_of_it(project: Made) -> None:
    with ChatServer(verdict).running() as server:
        root = project.by(server)
        judge.run(root)
    judged = read_judged(root / JUDGE)
    assert [row.outcome for row in judged.rows] == [
        "first",
        "second",
        "first",
        "second",
        "unreadable",
        "second",
    ]
    assert (judged.judge, judged.against) == (MODEL, "few_shot")
    assert len(server.bodies) == 2 * ROWS + 2, "both orders, and the unreadable ones once more"
    metrics = read_json(root / METRICS / "judge.json")
    assert metrics["win_rate"]["value"] == 0.4 and metrics["win_rate"]["n"] == 5
    assert metrics["position_consistent"]["value"] == 1.0
    assert (metrics["unreadable"], metrics["first"], metrics["second"]) == (1, 2, 3)
    kept = list(read_jsonl(root / JUDGE / EXCHANGES))
    assert len(kept) == 2 * ROWS
    assert kept[8]["answers"] == ["I had rather not say."] * 2 and "not JSON" in kept[8]["fault"]
    assert KEY not in json.dumps(kept)


@pytest.mark.parametrize("fault", [TOO_MANY, BROKEN, DROPPED, LATE], ids=["429", "500", "dropped", "timeout"])
def test_faults_that_pass_change_nothing(project: Made, fault: Any) -> None:
    with ChatServer(verdict).running() as server:
        root = project.by(server)
        judge.run(root)
    before = results(root)
    shutil.rmtree(root / ".tunewright" / "answers")
    with ChatServer(verdict, replies=[fault] * 3).running() as server:
        project.by(server, {"timeout_seconds": 0.2 if fault is LATE else 30, "max_retries": 3})
        judge.run(root)
        assert len(server.bodies) == 2 * ROWS + 2 + 3
    assert results(root) == before


@pytest.mark.parametrize("fault", [BROKEN, HTML], ids=["500", "page"])
def test_faults_that_stay_are_named_and_answers_are_kept(project: Made, fault: Any) -> None:
    with ChatServer(verdict).running() as server:
        root = project.by(server, {"max_retries": 0})
        server.replies = [LATE, LATE, fault]
        with pytest.raises(EndpointError) as caught:
            judge.run(root)
        assert "evaluation.judge.endpoint" in str(caught.value)
        asked = len(server.bodies)
        assert asked >= 3
        judge.run(root)
        assert len(server.bodies) == 2 * ROWS + 2 + 1, "only what was missing was asked"


def test_the_budget_stops_it_before_it_is_exceeded(project: Made) -> None:
    prices = {"price_per_million_input_tokens": 1.0, "price_per_million_output_tokens": 1.0}
    with ChatServer(verdict).running() as server:
        root = project.by(server, {**prices, "max_cost": 0.004})
        with pytest.raises(EndpointError, match="together that could exceed") as caught:
            judge.run(root)
        assert caught.value.where == "evaluation.judge.endpoint.max_cost"
        assert 0 < len(server.bodies) < 2 * ROWS
        project.by(server, {**prices, "max_cost": 1.0})
        judge.run(root)
    assert 0 < (took(root).cost or 0) < 0.05


def test_all_opinions_are_counted_whenever_they_were_given(project: Made) -> None:
    prices = {
        "price_per_million_input_tokens": 1e6,
        "price_per_million_output_tokens": 2e6,
        "currency": "EUR",
    }
    with ChatServer(verdict).running() as server:
        root = project.by(server, prices)
        judge.run(root)
        first = took(root)
        judge.run(root)
    read = sum(len(turn["content"].split()) for body in server.bodies for turn in body["messages"])
    written = sum(len(verdict(body["messages"]).split(" ")) for body in server.bodies)
    assert len(server.bodies) == 2 * ROWS + 2
    assert (first.answers, first.prompt_tokens, first.completion_tokens) == (2 * ROWS + 2, read, written)
    assert (first.cost, first.currency) == (pytest.approx(read + 2 * written), "EUR")
    assert first.seconds > 0 and first.computed is None
    assert took(root) == first, "nothing was asked the second time, and yet all of it is told"


def test_the_reference_is_compared_where_that_is_asked(project: Made) -> None:
    with ChatServer(verdict).running() as server:
        root = project.by(server, against="reference")
        write_predictions(root / REFERENCE / PREDICTIONS, answered("reference", range(1)))
        judge.run(root)
    judged = read_judged(root / JUDGE)
    assert judged.against == "reference"
    outcomes = [row.outcome for row in judged.rows]
    assert outcomes == ["tie", "tie", "first", "tie", "unreadable", "tie"]


def test_off_it_writes_that_nobody_judged(project: Made) -> None:
    root = project(enabled=False)
    shutil.rmtree(root / EVALUATION)
    judge.run(root)
    assert read_judged(root / JUDGE).rows == ()
    assert read_json(root / METRICS / "judge.json") == {}
    assert took(root) == JudgeUse()


@pytest.mark.parametrize("folder", [None, "data/suites/none"], ids=["server", "local"])
def test_where_all_answers_are_alike_nobody_is_called(
    project: Made, folder: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    with ChatServer(verdict).running() as server:
        root = project.by(server, folder=folder)
        alike = [replace(row, contestant="tuned") for row in answered("few_shot", range(1, ROWS, 2))]
        write_predictions(root / EVALUATION / PREDICTIONS, alike)
        judge.run(root)
        assert server.bodies == []
    assert "6 rows (6 answered alike, which are not asked)" in capsys.readouterr().err
    assert {row.outcome for row in read_judged(root / JUDGE).rows} == {"same"}
    assert read_json(root / METRICS / "judge.json")["win_rate"]["value"] == 0.5
    assert took(root) == JudgeUse()


def test_answers_to_other_rows_are_refused(project: Made) -> None:
    with ChatServer(verdict).running() as server:
        root = project.by(server)
        write_predictions(root / EVALUATION / PREDICTIONS, answered("tuned", range(ROWS))[:-1])
        with pytest.raises(EvaluationError, match="answered different rows"):
            judge.run(root)
        assert server.bodies == []


def test_a_local_model_judges_without_a_server(
    project: Made, tiny_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings: list[tuple[int, float]] = []

    class Noted(TransformersEngine):
        """Notes what it is asked with."""

        def __init__(self, model: Any, tokenizer: Any, evaluation: Evaluation) -> None:
            settings.append((evaluation.max_new_tokens, evaluation.temperature))
            super().__init__(model, tokenizer, evaluation)

    monkeypatch.setattr(askers, "TransformersEngine", Noted)
    root = project({"temperature": 0.7}, folder="data/suites/tiny", max_new_tokens=16, max_rows=2)
    with pytest.raises(ModelError, match="there is no such folder"):
        judge.run(root)
    shutil.copytree(tiny_folder, root / "data" / "suites" / "tiny")
    judge.run(root)
    judged = read_judged(root / JUDGE)
    assert settings == [(16, 0.0)], "its own limit, and nothing is drawn"
    assert (judged.judge, [row.outcome for row in judged.rows]) == ("data/suites/tiny", ["unreadable"] * 2)
    before = results(root)
    judge.run(root)
    assert results(root) == before
    assert [len(one["answers"]) for one in read_jsonl(root / JUDGE / EXCHANGES)] == [2] * 4
    use = took(root)
    assert use.answers == 8 and use.prompt_tokens > 8 * 50 and 8 <= use.completion_tokens <= 8 * 16
    assert use.cost is None and use.computed is not None
    assert use.seconds == use.computed.seconds > 0 and use.computed.machine.cores > 0
    computed = use.computed.tokens_per_second * use.seconds
    assert computed == pytest.approx(use.completion_tokens, rel=0.01)
