"""The stage as dvc runs it: files, verdict, what is said, and what it refuses."""

import json
from dataclasses import replace

import pytest

from tests.unit.reporting.made_up import predictions, settings, task, write_project
from tunewright import artifacts
from tunewright.config.schema.node import UndeclaredSettingError
from tunewright.config.schema.task import Criterion
from tunewright.config.schema.tracking import Tracking
from tunewright.config.stage_settings import stage_settings
from tunewright.errors import TunewrightError
from tunewright.evaluation.predictions import PREDICTIONS, write_predictions
from tunewright.stages import report


def written(root) -> dict[str, bytes]:
    names = (
        "report.html",
        "report.md",
        "report.json",
        "model_card.md",
        "data_card.html",
        "data_card.md",
        "../metrics/acceptance.json",
    )
    return {name: (root / "reports" / name).read_bytes() for name in names}


def test_it_writes_report_card_and_verdict_and_says_the_table(tmp_path, capfd):
    write_project(tmp_path)
    report.run(tmp_path)
    acceptance = json.loads((tmp_path / "metrics/acceptance.json").read_text(encoding="utf-8"))
    assert acceptance["accepted"] is True
    assert [criterion["passed"] for criterion in acceptance["criteria"]] == [True, True]
    assert set(acceptance["criteria"][0]) == {
        *("metric", "over", "min", "max", "slice", "confidence"),
        *("value", "low", "high", "n", "unit", "passed", "reason", "limit", "strict"),
    }
    out, err = capfd.readouterr()
    assert out == ""
    lines = err.splitlines()
    assert lines[0].split() == ["base,", "zero-shot", "base,", "few-shot", "tuned"]
    assert lines[1].startswith("schema_valid") and "100.0 % [95.1, 100.0]" in lines[1]
    assert "Accepted" in lines
    assert lines[-1] == "report: reports/report.html"


def test_equal_inputs_give_equal_bytes_wherever_the_project_lies(tmp_path):
    for name in ("one", "another"):
        write_project(tmp_path / name)
        report.run(tmp_path / name)
    assert written(tmp_path / "one") == written(tmp_path / "another")


def test_a_failed_criterion_is_recorded_and_not_raised(tmp_path, capfd):
    write_project(tmp_path, settings(task=task(acceptance=(Criterion(metric="exact_match", min=0.95),))))
    report.run(tmp_path)
    assert json.loads((tmp_path / "metrics/acceptance.json").read_bytes())["accepted"] is False
    err = capfd.readouterr().err
    assert "FAIL" in err and "Not accepted" in err


def test_criteria_on_slices_and_on_cost_are_judged_and_shown(tmp_path):
    answered = predictions(75)
    email = sum(row.meta["channel"] == "email" for row in answered["tuned"])
    acceptance = (
        Criterion(metric="schema_valid", min=0.5, slice={"meta.channel": "email"}),
        Criterion(metric="exact_match", min=0.5, slice={"reference.needs_human": "true"}, over="zero_shot"),
        Criterion(metric="train_cost", max=0.01),
    )
    write_project(tmp_path, settings(task=task(acceptance=acceptance)), answered)
    report.run(tmp_path)
    by_channel, by_field, cost = json.loads((tmp_path / "metrics/acceptance.json").read_bytes())["criteria"]
    assert (by_channel["n"], by_channel["passed"], by_channel["value"]) == (email, True, 1.0)
    assert 0 < by_field["n"] < 75
    assert cost["value"] == pytest.approx(402.6 * 0.12 / 3600)
    assert (cost["passed"], cost["low"], cost["unit"]) == (False, None, "EUR")
    page = (tmp_path / "reports/report.html").read_text(encoding="utf-8")
    assert "(meta.channel=email)" in page
    assert "no interval" in page


def test_a_tracker_that_fails_changes_nothing(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".tunewright").write_text("a file where a folder must be")
    write_project(tmp_path, settings(tracking=Tracking(trackers=("wandb",))))
    report.run(tmp_path)
    write_project(tmp_path / "without")
    report.run(tmp_path / "without")
    assert written(tmp_path) == written(tmp_path / "without")
    assert "tracking: wandb: " in capfd.readouterr().err


@pytest.mark.parametrize(
    "missing",
    [
        artifacts.BASE_MODEL,
        artifacts.DATA_CARD,
        artifacts.REJECTED_ROWS,
        artifacts.EVALUATION / PREDICTIONS,
        artifacts.METRICS / "train.json",
        artifacts.LOSS_CSV,
        artifacts.TIMINGS / "train.json",
    ],
)
def test_a_missing_artifact_is_named_with_the_command_that_makes_it(tmp_path, missing):
    write_project(tmp_path)
    (tmp_path / missing).unlink()
    with pytest.raises(TunewrightError, match="not there yet") as caught:
        report.run(tmp_path)
    assert missing.name in caught.value.where and "dvc repro" in caught.value.fix


def test_contestants_that_answered_other_rows_are_not_compared(tmp_path):
    write_project(tmp_path)
    other = [replace(row, id=f"x{row.id}") for row in predictions(75)["tuned"]]
    write_predictions(tmp_path / artifacts.EVALUATION / PREDICTIONS, other)
    with pytest.raises(TunewrightError, match="different rows"):
        report.run(tmp_path)


def test_it_reads_no_setting_that_dvc_yaml_does_not_list(tmp_path):
    write_project(tmp_path)
    pipeline = (tmp_path / "dvc.yaml").read_text(encoding="utf-8")
    assert "[project, seed, task, data, model, method, hardware, evaluation, versions.tunewright]" in pipeline
    (tmp_path / "dvc.yaml").write_text(pipeline.replace("[project, seed, task,", "[project, task,"), "utf-8")
    with pytest.raises(UndeclaredSettingError, match="seed"):
        report.run(tmp_path)
    assert "seed" not in stage_settings("report", tmp_path).tracked
