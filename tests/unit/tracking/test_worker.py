"""The tracker's process, without a process: what reaches the backend, in which shape, and what is said."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tests.unit.tracking.conftest import PROJECT, RESOLVED, SECRET, store
from tunewright.config.schema.tracking import Tracking
from tunewright.tracking import worker
from tunewright.tracking.ledger import LEDGER, read_ledger
from tunewright.tracking.opening import from_line, openings
from tunewright.tracking.records import (
    KINDS,
    Artifact,
    Curve,
    Declared,
    End,
    Facts,
    File,
    Final,
    Record,
    Step,
    Table,
    from_plain,
    to_line,
)

EXAMPLES: list[Record] = [
    Step({"loss": 1.5}, 3),
    Step({"loss": float("nan")}),
    Curve("train", (Step({"loss": 1.0}, 1), Step({"loss": 0.5}, 2))),
    Final({"accuracy": 1.0}),
    Declared({"method": {"lora": None}}),
    Facts({"environment": {"cores": 2}}),
    Table("samples", ("a", "b"), (("x", 1.0), (None, 2.0))),
    Artifact("adapter", "model", "artifacts/adapter", "md5:1", upload=True),
    File("card.md"),
    End(failed=True),
]


class Kept:
    """A backend that keeps what it gets, and the bytes of files while they are there."""

    place = "somewhere"
    fills_gaps = False

    def __init__(self, *, fails_on: type[Record] | None = None) -> None:
        self.records: list[Record] = []
        self.texts: list[str] = []
        self.ended: bool | None = None
        self.fails_on = fails_on

    def write(self, record: Record) -> None:
        if type(record) is self.fails_on:
            raise RuntimeError(f"no room for {SECRET}\nat length")
        self.records.append(record)
        if isinstance(record, File):
            self.texts.append(Path(record.path).read_text())

    def close(self, *, failed: bool) -> None:
        self.ended = failed

    def of(self, kind: type[Record]) -> list[Record]:
        return [record for record in self.records if type(record) is kind]


def record(
    project: Path, monkeypatch: pytest.MonkeyPatch, backend: Kept, *records: Record, stage: str = "report"
) -> list[str]:
    """Let the process's loop record; returns what it said."""
    (opening,) = openings(Tracking(trackers=("mlflow",)), PROJECT, stage, project)
    said: list[str] = []
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(map(to_line, records))))
    worker.record_all(from_line(opening.to_line()).scrubbed(), backend, worker._Once(said.append))
    return said


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: type(example).__name__)
def test_a_record_survives_its_line(example: Record) -> None:
    line = to_line(example)
    assert line.count("\n") == 1
    assert repr(from_plain(*json.loads(line))) == repr(example)


def test_there_is_an_example_of_every_record() -> None:
    assert {type(example).__name__ for example in EXAMPLES} == set(KINDS)


def test_what_was_declared_and_what_it_stands_on_come_first(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVC_EXP_NAME", "bold-lynx")
    monkeypatch.setenv("DVC_EXP_BASELINE_REV", "a" * 40)
    backend = Kept()
    assert record(project, monkeypatch, backend, End(failed=False)) == []
    declared, facts = backend.records
    assert isinstance(declared, Declared) and isinstance(facts, Facts)
    assert declared.values["seed"] == RESOLVED["seed"]
    assert declared.values["model"]["api_key"] == "[secret]"
    assert "tracking" not in declared.values and "choices" not in declared.values
    assert facts.values["tracking"] == RESOLVED["tracking"]
    assert (facts.values["dvc_experiment"], facts.values["git_commit"]) == ("bold-lynx", "a" * 40)
    assert facts.values["dvc"]["artifacts/adapter"] == f"md5:{'4' * 32}.dir"
    assert "reports" not in facts.values["dvc"], "of an earlier run"
    assert backend.ended is False


def test_secrets_are_taken_out_of_every_record(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "card.md").write_text(f"uses {SECRET}")
    backend = Kept()
    record(
        project,
        monkeypatch,
        backend,
        Step({SECRET: 1.0}, 1),
        Final({f"x{SECRET}": 1.0}),
        Facts({"deep": [{"in": f"https://me:{SECRET}@host"}], SECRET: 1}),
        Table(SECRET, (SECRET,), ((SECRET,),)),
        Artifact(SECRET, "model", "artifacts/adapter", SECRET),
        Curve("train", (Step({SECRET: 1.0}, 1),)),
        File("card.md"),
    )
    assert len(backend.records) == 2 + 7
    assert SECRET not in repr(backend.records) and SECRET not in str(backend.texts)
    assert backend.texts == ["uses [secret]"]


def test_a_curve_is_told_to_a_tracker_that_has_not_seen_the_training(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    curve = Curve("train", (Step({"loss": 1.0}, 1), Step({"loss": 0.5}, 2)))
    first, trained, second = Kept(), Kept(), Kept()
    record(project, monkeypatch, first, curve)
    assert first.of(Step) == list(curve.steps)
    record(project, monkeypatch, trained, Step({"loss": 1.0}, 1), stage="train")
    record(project, monkeypatch, second, curve)
    assert second.of(Step) == []
    assert first.of(Curve) == second.of(Curve) == []
    second.fills_gaps = True
    record(project, monkeypatch, second, curve)
    assert second.of(Step) == list(curve.steps)


def test_results_get_the_hash_that_dvc_has_and_bytes_only_where_asked(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "reports").mkdir()
    (project / "reports" / "report.html").write_text("<p>")
    backend = Kept()
    record(
        project,
        monkeypatch,
        backend,
        Artifact("adapter", "model", "artifacts/adapter", "sha256:0"),
        Artifact("report", "report", "reports/report.html", "sha256:1", upload=True),
    )
    adapter, report = backend.of(Artifact)
    assert isinstance(adapter, Artifact) and isinstance(report, Artifact)
    assert (adapter.digest, adapter.copy) == (f"md5:{'4' * 32}.dir", "")
    assert (report.digest, report.path) == ("sha256:1", "reports/report.html")
    assert Path(report.copy).name == "report.html"
    assert not Path(report.copy).is_relative_to(project), "an experiment's copy may go away"


def test_the_first_failure_is_said_and_the_rest_recorded(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = Kept(fails_on=Step)
    steps = [Step({"loss": 1.0}, step) for step in range(5)]
    said = record(project, monkeypatch, backend, *steps, Final({"loss": 1.0}), End(failed=False))
    assert said == [f"RuntimeError: no room for {SECRET}; the work goes on"], "main scrubs what is said"
    assert backend.of(Final) == [Final({"loss": 1.0})]
    assert backend.ended is False


@pytest.mark.parametrize("end", [[], [End(failed=True)]], ids=["killed", "failed"])
def test_an_end_without_word_is_a_failure(
    project: Path, monkeypatch: pytest.MonkeyPatch, end: list[Record]
) -> None:
    backend = Kept()
    record(project, monkeypatch, backend, Step({"loss": 1.0}, 1), *end)
    assert backend.ended is True


def test_one_that_hangs_ends_some_time_after_the_training_was_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    parents, slept, ended = iter([7, 7, 1]), [], []
    monkeypatch.setattr("os.getppid", lambda: next(parents))
    monkeypatch.setattr("time.sleep", slept.append)
    monkeypatch.setattr("os._exit", ended.append)
    worker._end_after(7)
    assert slept == [1.0, 1.0, worker.SECONDS_TO_FINISH] and ended == [1]


def test_the_ledger_knows_places_stages_and_experiments(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for stage, name in (("train", "bold-lynx"), ("train", "mild-newt"), ("report", "mild-newt")):
        monkeypatch.setenv("DVC_EXP_NAME", name)
        assert record(project, monkeypatch, Kept(), End(failed=False), stage=stage) == []
    (entry,) = read_ledger(store(project)).values()
    assert entry.experiments == ("bold-lynx", "mild-newt")
    assert entry.trackers["mlflow"].stages == ("train", "report")
    assert entry.trackers["mlflow"].places == ("somewhere",)

    (store(project) / LEDGER).write_text("{torn")
    said = record(project, monkeypatch, Kept(), End(failed=False))
    assert len(said) == 1 and "damaged" in said[0]
