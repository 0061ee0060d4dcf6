"""The stage reference, against a server on this machine."""

from __future__ import annotations

import json
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.endpoints.chat_server import BROKEN, KEY, MODEL, ChatServer
from tests.unit.evaluation.stage_project import ANSWER, CHOICES, NAMES, make_project
from tunewright.artifacts import METRICS, REFERENCE, TIMINGS, TRAIN_ROWS, read_json
from tunewright.config.metrics import metrics_of
from tunewright.config.schema.data import Canaries
from tunewright.data.canaries import planted_rows
from tunewright.data.rows import read_rows, write_rows
from tunewright.endpoints import line
from tunewright.errors import EndpointError, InterruptionError
from tunewright.evaluation.details import DETAILS, read_details
from tunewright.evaluation.predictions import PREDICTIONS, read_predictions
from tunewright.stages import compose, reference
from tunewright.stages.run import run_stage
from tunewright.tracking.run import Run

ROWS = 12
RESULTS = (REFERENCE / PREDICTIONS, REFERENCE / DETAILS, METRICS / "reference.json")
VARIABLE = "THE_SERVICE_VARIABLE"
Project = Callable[..., Path]


def answer(messages: Any) -> str:
    """Every other row is answered rightly."""
    number = int("".join(filter(str.isdigit, messages[-1]["content"])))
    return json.dumps(ANSWER) if number % 2 else "I do not know."


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr(line, "FIRST_WAIT_SECONDS", 0.01)
    monkeypatch.setenv(VARIABLE, KEY)

    def make(server: ChatServer, **asked: Any) -> Path:
        endpoint = {"base_url": server.base_url, "model": MODEL, "api_key_env": VARIABLE}
        endpoint |= asked.pop("endpoint", {})
        settings = {"enabled": True, "endpoint": endpoint, **asked}
        evaluation = {"max_new_tokens": 40, "few_shot": {"k": 2}, "reference": settings}
        params = CHOICES + f"set: {json.dumps({'evaluation': evaluation})}\n"
        if (folder := tmp_path / "project").exists():
            (folder / "params.yaml").write_text(params)
            compose.run(folder)
            return folder
        (folder / "extensions").mkdir(parents=True)
        return make_project(folder, params, monkeypatch, test_rows=ROWS)

    return make


def results(root: Path) -> list[bytes]:
    return [(root / path).read_bytes() for path in RESULTS]


def test_it_answers_the_test_rows_as_the_tuned_model_does(project: Project) -> None:
    with ChatServer(answer).running() as server:
        root = project(server)
        reference.run(root)
    predictions = read_predictions(root / REFERENCE / PREDICTIONS)
    assert [one.id for one in predictions] == [f"test{number}" for number in range(ROWS)]
    assert {one.contestant for one in predictions} == {"reference"}
    assert [one.answer == one.reference for one in predictions] == [bool(n % 2) for n in range(ROWS)]
    roles = [[turn["role"] for turn in body["messages"]] for body in server.bodies]
    assert roles == [["system", "user"]] * ROWS, "instructions and question, no example, no answer"
    assert {body["max_tokens"] for body in server.bodies} == {40}
    metrics = read_json(root / METRICS / "reference.json")
    assert {*metrics["reference"]} == {*metrics_of("extraction")} | {f"field.{name}" for name in NAMES}
    assert metrics["reference"]["exact_match"]["value"] == 0.5
    assert metrics["reference"]["exact_match"]["n"] == ROWS
    assert [*read_details(root / REFERENCE / DETAILS)] == ["reference"]
    timing = read_json(root / TIMINGS / "reference.json")
    assert timing["answers"] == ROWS
    assert timing["prompt_tokens"] == sum(one.prompt_tokens for one in predictions) > 0
    assert timing["cost"] is None


def test_few_shot_sends_the_examples_of_the_base_model(project: Project) -> None:
    with ChatServer(answer).running() as server:
        reference.run(project(server, few_shot=True))
    for body in server.bodies:
        assert [turn["role"] for turn in body["messages"]] == [
            *("system", "user", "assistant", "user", "assistant", "user")
        ]
        assert body["messages"][1]["content"].startswith("train: ")


def test_planted_secrets_stay_in_the_house(project: Project) -> None:
    with ChatServer(answer).running() as server:
        root = project(server, few_shot=True)
        own = [*read_rows(root / TRAIN_ROWS)][:2]
        planted = [*planted_rows(Canaries(count=3, repeats=2))]
        write_rows(root / TRAIN_ROWS, [*planted, *own])
        reference.run(root)
        sent = json.dumps(server.bodies)
    assert len(server.bodies) == ROWS
    assert not any(turn.content in sent for row in planted for turn in row.messages)
    assert all(row.messages[0].content in sent for row in own)


def test_of_many_rows_the_first_are_asked_and_cut_answers_are_told(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: dict[str, float] = {}
    monkeypatch.setattr(Run, "summary", lambda _, values: told.update(values))
    with ChatServer(lambda _: "word " * 60).running() as server:
        root = project(server)
        params = (root / "params.yaml").read_text()
        (root / "params.yaml").write_text(
            params.replace('"max_new_tokens"', '"max_rows": 5, "max_new_tokens"')
        )
        compose.run(root)
        reference.run(root)
        assert len(server.bodies) == 5
    predictions = read_predictions(root / REFERENCE / PREDICTIONS)
    assert [(one.id, one.finished, one.answer_tokens) for one in predictions] == [
        (f"test{number}", False, 40) for number in range(5)
    ]
    assert told["reference/exact_match"] == 0.0


def test_cost_follows_the_prices(project: Project) -> None:
    prices = {"price_per_million_input_tokens": 1e6, "price_per_million_output_tokens": 2e6}
    with ChatServer(answer).running() as server:
        root = project(server, endpoint={**prices, "currency": "EUR"})
        reference.run(root)
    timing = read_json(root / TIMINGS / "reference.json")
    assert timing["cost"] == timing["prompt_tokens"] + 2 * timing["completion_tokens"]
    assert timing["currency"] == "EUR"


def test_off_it_asks_nothing_and_loads_nothing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with ChatServer(answer).running() as server:
        root = project(server, enabled=False)
        monkeypatch.setattr(reference, "read_rows", lambda _: pytest.fail("it must not be read"))
        monkeypatch.setitem(sys.modules, "openai", None)
        reference.run(root)
        assert server.bodies == []
    assert (root / REFERENCE / PREDICTIONS).read_bytes() == b""
    assert read_json(root / METRICS / "reference.json") == {}
    assert read_json(root / TIMINGS / "reference.json")["answers"] == 0


def test_a_killed_stage_goes_on_and_gives_the_same_files(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with ChatServer(answer).running() as server:
        root = project(server)
        reference.run(root)
        undisturbed = results(root)
    main = threading.main_thread().ident
    assert main is not None

    def terminating(messages: Any) -> str:
        if messages[-1]["content"].endswith("parcel 5?"):
            signal.pthread_kill(main, signal.SIGTERM)
        return answer(messages)

    with ChatServer(terminating, seconds=0.02).running() as server:
        root = project(server, endpoint={"max_concurrency": 2})
        with pytest.raises(InterruptionError, match="what is finished is kept"):
            run_stage("reference", root)
        asked = len(server.bodies)
        assert 0 < asked < ROWS
        server.text = answer
        run_stage("reference", root)
        assert len(server.bodies) == ROWS, "nothing is asked twice"
        assert results(root) == undisturbed, "whoever answers the same gives the same bytes"
        assert f"{asked} of {ROWS} answers are kept from earlier" in capsys.readouterr().err
        reference.run(project(server, endpoint={"max_concurrency": 7, "timeout_seconds": 5.0}))
        assert len(server.bodies) == ROWS
        assert results(root) == undisturbed


def test_an_experiment_takes_the_answers_of_the_main_checkout(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ChatServer(answer).running() as server:
        root = project(server)
        reference.run(root)
        copy = tmp_path / "copy"
        shutil.copytree(root, copy, ignore=lambda *_: {".tunewright"})
        monkeypatch.chdir(copy)
        monkeypatch.setenv("DVC_ROOT", str(root))
        reference.run(copy)
        assert len(server.bodies) == ROWS
    assert not (copy / ".tunewright" / "answers").exists()


def test_a_failure_names_row_and_next_step_and_writes_nothing(project: Project) -> None:
    with ChatServer(answer, replies=[BROKEN] * 99).running() as server:
        root = project(server, endpoint={"max_retries": 1, "max_concurrency": 1})
        with pytest.raises(EndpointError, match="test row test0: the server failed") as caught:
            reference.run(root)
    assert "run the same command again" in caught.value.fix
    assert not (root / REFERENCE).exists()


def test_no_key_no_question(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with ChatServer(answer).running() as server:
        root = project(server)
        monkeypatch.delenv(VARIABLE)
        with pytest.raises(EndpointError, match=f"names {VARIABLE}, which is not set"):
            reference.run(root)
        assert server.bodies == []


def test_without_the_package_the_extra_is_named(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with ChatServer(answer).running() as server:
        root = project(server)
        monkeypatch.setitem(sys.modules, "openai", None)
        with pytest.raises(EndpointError, match="openai") as caught:
            reference.run(root)
    assert caught.value.fix == "pip install 'tunewright[endpoint]'"


def test_the_key_is_in_no_file(project: Project) -> None:
    with ChatServer(answer).running() as server:
        root = project(server)
        reference.run(root)
    holding = [path for path in root.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert holding == []
