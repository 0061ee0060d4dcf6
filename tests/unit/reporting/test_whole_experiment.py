"""What trackers get: all of an experiment, whatever ran; rows only where the data's policy allows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.reporting.made_up import (
    TRAIN,
    judgements,
    predictions,
    read_project,
    settings,
    with_reference,
    write_judge,
    write_project,
)
from tests.unit.tracking.offline_run import OfflineRun, read_offline_run, run_files
from tunewright import artifacts
from tunewright.config.rules.every import broken_rules
from tunewright.config.schema import GROUPS
from tunewright.config.schema.judge import Judge
from tunewright.config.schema.settings import Settings
from tunewright.config.schema.tracking import Tracking
from tunewright.data.rows import read_rows
from tunewright.evaluation.judging.use import JudgeUse
from tunewright.evaluation.people.answers import answers_of_all, two_of
from tunewright.evaluation.people.pairs import make_page, pairs_of
from tunewright.evaluation.people.record import Comparisons, Rating, write_comparisons
from tunewright.reporting.loss_curve import read_losses
from tunewright.reporting.whole_experiment import whole_experiment
from tunewright.stages import report
from tunewright.tracking.records import Artifact, Curve, Facts, File, Final, Record, Table

ROW = predictions(75)["tuned"][0]


def records(root: Path, tracking: Tracking, *, allowed: bool = False) -> list[Record]:
    own = settings()
    declared = settings(data=own.data.model_copy(update={"allow_rows_in_trackers": allowed}))
    write_project(root, declared)
    artifacts.write_text(root / artifacts.REPORT, "<p>")
    return list(whole_experiment(root, read_project(root, declared), tracking))


def test_final_numbers_are_those_of_all_contestants_with_intervals(tmp_path: Path) -> None:
    told: dict[str, float] = {}
    for record in records(tmp_path, Tracking()):
        told |= record.values if isinstance(record, Final) else {}
    for who in ("zero_shot", "few_shot", "tuned"):
        value, low, high = (told[f"{who}/schema_valid{end}"] for end in ("", "_low", "_high"))
        assert low <= value <= high and low < high
    assert told["tuned_over_few_shot/field_accuracy_low"] > 0
    assert told["tuned_over_zero_shot/field_accuracy"] > told["tuned_over_few_shot/field_accuracy"]
    assert {name: told[name] for name in TRAIN} == TRAIN
    assert told["accepted"] == 1.0


def test_the_curve_is_that_of_the_training(tmp_path: Path) -> None:
    (curve,) = (record for record in records(tmp_path, Tracking()) if isinstance(record, Curve))
    losses = read_losses(tmp_path / artifacts.LOSS_CSV)
    assert curve.stage == "train" and len(curve.steps) == len(losses) > 10
    assert {name for step in curve.steps for name in step.values} == {"train/loss", "validation/loss"}
    assert curve.steps[0].step == losses[0].step
    assert list(curve.steps[0].values.values()) == [losses[0].loss]


def test_results_are_given_by_reference(tmp_path: Path) -> None:
    found = records(tmp_path, Tracking())
    given = {record.name: record for record in found if isinstance(record, Artifact)}
    assert {name: (one.kind, one.path, one.upload) for name, one in given.items()} == {
        "dataset": ("dataset", "artifacts/data", False),
        "adapter": ("model", "artifacts/adapter", False),
        "report": ("report", "reports/report.html", False),
    }
    assert len({one.digest for one in given.values()}) == 3
    assert all(one.digest.startswith("sha256:") for one in given.values())
    (facts,) = (record for record in found if isinstance(record, Facts))
    assert {*facts.values["timing"]} == {"baseline", "train", "evaluate"}
    assert [record for record in found if isinstance(record, File)] == [File("reports/model_card.md")]


@pytest.mark.parametrize(
    ("allowed", "rows", "shown"), [(False, 20, 0), (True, 20, 20), (True, 0, 0), (True, 1000, 75)]
)
def test_rows_are_told_only_where_the_policy_allows(
    allowed: bool, rows: int, shown: int, tmp_path: Path
) -> None:
    found = records(tmp_path, Tracking(sample_rows=rows), allowed=allowed)
    tables = [record for record in found if isinstance(record, Table)]
    assert sum(len(table.rows) for table in tables) == shown
    assert (ROW.prompt in repr(found)) == (shown > 0)
    for table in tables:
        assert table.columns == ("id", "prompt", "reference", "zero_shot", "few_shot", "tuned", "score")
        assert table.rows[0][:3] == (ROW.id, ROW.prompt, ROW.reference)
        assert table.rows[0][5] == ROW.answer


@pytest.mark.parametrize(
    ("upload", "allowed", "problems"),
    [
        (("adapter",), False, 0),
        (("adapter", "report"), False, 1),
        (("dataset", "report"), False, 1),
        (("dataset", "report"), True, 0),
        (("adapter", "adapter"), True, 1),
    ],
)
def test_bytes_that_hold_rows_need_the_policy_too(
    upload: tuple[str, ...], allowed: bool, problems: int
) -> None:
    own = settings()
    declared = settings(
        data=own.data.model_copy(update={"allow_rows_in_trackers": allowed}),
        tracking=Tracking.model_validate({"trackers": ("wandb",), "upload": upload}),
    )
    found = list(broken_rules({group: getattr(declared, group) for group in GROUPS}))
    assert [problem.key for problem in found] == ["tracking.upload"] * problems


def everything(root: Path, *, allowed: bool, trackers: tuple[str, ...] = ()) -> Settings:
    """A project whose reference was asked and whose answers a judge and one person compared."""
    declared, answered = with_reference(
        predictions(75), tracking=Tracking.model_validate({"trackers": trackers})
    )
    evaluation = declared.evaluation.model_copy(update={"judge": Judge(enabled=True)})
    data = declared.data.model_copy(update={"allow_rows_in_trackers": allowed})
    declared = declared.model_copy(update={"evaluation": evaluation, "data": data})
    write_project(root, declared, answered)
    write_judge(root, judgements(), JudgeUse(152, 304.0, 100_000, 2_500))
    rows = {row.id: row for row in read_rows(root / artifacts.TEST_ROWS)}
    answers = two_of(answers_of_all(root, with_reference=False), "tuned", "few_shot")
    pairs = pairs_of(rows, *answers, "extraction")
    page = make_page(pairs[:10], pairs, first="tuned", second="few_shot", seed=0, known=Comparisons())
    rating = Rating(page.page, "Ada Example", "2026-03-01", ("first",) * 9 + ("second",))
    write_comparisons(root, Comparisons((page,), (rating,)))
    return declared


def test_reference_and_judge_are_told_and_nobody_who_judged(tmp_path: Path) -> None:
    declared = everything(tmp_path, allowed=False)
    artifacts.write_text(tmp_path / artifacts.REPORT, "<p>")
    found = list(whole_experiment(tmp_path, read_project(tmp_path, declared), Tracking()))
    told: dict[str, float] = {}
    facts: dict[str, Any] = {}
    for record in found:
        told |= record.values if isinstance(record, Final) else {}
        facts |= record.values if isinstance(record, Facts) else {}
    assert (
        told["reference/schema_valid_low"] <= told["reference/schema_valid"] == told["few_shot/schema_valid"]
    )
    assert told["tuned_over_reference/field_accuracy"] == told["tuned_over_few_shot/field_accuracy"]
    assert told["judge/win_rate"] == pytest.approx((60 + 10 / 2) / 73)
    assert told["judge/win_rate_low"] < told["judge/win_rate"] < told["judge/win_rate_high"]
    assert (told["judge/score.right"], told["judge/difference.right"]) == (4.5, 2.5)
    assert (told["judge/unreadable"], told["judge/first"]) == (2, 60)
    assert (told["judge/raters"], told["judge/raters_alike"]) == (1, 0.9)
    assert "judge/raters_kappa" in told
    assert facts["judge_use"]["answers"] == 152
    assert facts["reference_use"]["cost"] == pytest.approx(0.09)
    assert "Ada" not in repr(found)


@pytest.mark.parametrize("allowed", [False, True])
def test_the_run_files_hold_rows_only_where_the_policy_allows(
    allowed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("wandb")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.delenv("WANDB_MODE", raising=False)
    everything(tmp_path, allowed=allowed, trackers=("wandb",))
    report.run(tmp_path)
    assert "tracking" not in capfd.readouterr().err
    store = tmp_path / ".tunewright"
    (found,) = (read_offline_run(path) for path in run_files(store))
    assert_complete(found)
    files = b"".join(path.read_bytes() for path in store.rglob("*") if path.is_file())
    for row in predictions(75)["tuned"][:20]:
        for text in (row.prompt.splitlines()[0], row.id):
            assert (text.encode() in files) == allowed, text
    if allowed:
        samples = found.tables["samples"]
        assert samples["columns"][:6] == [
            "id", "prompt", "reference", "zero_shot", "few_shot", "reference_model",
        ]  # fmt: skip
        assert len(samples["data"]) == 20
        assert all(row[5] == row[4] for row in samples["data"]), "it answers as few-shot does"


def assert_complete(found: OfflineRun) -> None:
    """The report alone makes a complete run, as where all other stages came from the cache."""
    assert found.summary["zero_shot/schema_valid_low"] == 0.0
    assert found.summary["tuned/schema_valid"] == 1.0
    assert found.summary["reference/schema_valid"] == found.summary["few_shot/schema_valid"]
    assert found.summary["judge/win_rate_low"] < found.summary["judge/win_rate"] < 1
    assert found.config["judge_use"]["prompt_tokens"] == 100_000
    assert found.config["reference_use"]["answers"] == 75
    assert found.summary["validation_loss_best"] == TRAIN["validation_loss_best"]
    assert found.config["timing"]["train"]["machine"]["cores"] > 0
    assert found.config["method"]["learning_rate"] == 2e-4
    assert set(found.artifacts) >= {"adapter", "dataset", "report"}
    assert len([row for row in found.history if "train/loss" in row]) > 10
