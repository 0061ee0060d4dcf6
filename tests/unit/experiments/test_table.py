"""What differs, best first, in every format; fabricated as git refs."""

import csv
import io
import json
import re
import time

import pytest
from typer.testing import CliRunner

from tests.unit.experiments.made_up import (
    asked,
    commit,
    experiment,
    experiments,
    files,
    score,
    start,
    sweep,
    write,
)
from tunewright.cli.main import app
from tunewright.errors import ConfigError, UsageError
from tunewright.experiments.experiment import Experiment
from tunewright.experiments.exports import as_csv, as_json
from tunewright.experiments.read import read_experiments
from tunewright.experiments.table import as_markdown, as_text, compare, table


@pytest.fixture
def root(tmp_path):
    return start(tmp_path / "p")


def compared(root, by=None):
    return compare(read_experiments(root), by)


def row(root, name):
    head, *rows = table(compared(root))
    return dict(zip(head, next(cells for cells in rows if cells[0] == name), strict=True))


def test_of_several_objectives_the_front_is_marked(root):
    experiment(root, "good", files({"seed": 1}, 0.8, seconds=300))
    experiment(root, "cheap", files({"seed": 2}, 0.6, seconds=100))
    experiment(root, "beaten", files({"seed": 3}, 0.6, seconds=200))
    found = compare(read_experiments(root), "field_accuracy", "train_seconds")
    assert found.front == {"good", "cheap"}
    assert json.loads(as_json(found))["front"] == ["good", "cheap"]
    head, *rows = table(found)
    assert {cells[0]: cells[head.index("front")] for cells in rows} == {
        "good": "yes", "cheap": "yes", "beaten": "–", "workspace": "–",
    }  # fmt: skip
    three = compare(read_experiments(root), "field_accuracy", "train_seconds", "validation_loss")
    assert three.front == {"good", "cheap"}
    assert "front" not in table(compared(root))[0]
    with pytest.raises(UsageError, match="did you mean 'train_seconds'"):
        compare(read_experiments(root), "field_accuracy", "train_second")


def test_best_first_with_only_what_differs(root):
    experiment(root, "low", files({"method.learning_rate": 1e-4}, 0.5))
    experiment(root, "high", files({"method.learning_rate": 1e-3, "method.lora.r": 32}, 0.8, seconds=125))
    found = compared(root)
    assert [one.name for one in found.experiments] == ["high", "low", "workspace"]
    assert found.settings == ("method.lora.r", "method.learning_rate")
    assert row(root, "high") == {
        "experiment": "high",
        "lora.r": "32",
        "learning_rate": "0.001",
        "schema_valid": "80.0 % [72.0, 86.0]",
        "field_accuracy": "70.0 % [62.0, 76.0]",
        "exact_match": "60.0 % [52.0, 66.0]",
        "training": "2 min 05 s",
        "verdict": "accepted",
        "state": "done",
    }


@pytest.mark.parametrize(
    ("by", "first"),
    [("field_accuracy", "good"), ("train_seconds", "fast"), ("validation_loss", "good"), (None, "good")],
)
def test_ranked_by(root, by, first):
    experiment(root, "fast", files({"seed": 1}, 0.5, seconds=10))
    experiment(root, "good", files({"seed": 2}, 0.8, seconds=100))
    assert compared(root, by).experiments[0].name == first


def test_a_length_ratio_is_best_at_one(root):
    for name, ratio in {"short": 0.4, "right": 1.1, "long": 2.0}.items():
        content = files({"seed": len(name)})
        metrics = json.loads(content["metrics/evaluation.json"])
        metrics["tuned"]["length_ratio"] = score(ratio)
        experiment(root, name, {**content, "metrics/evaluation.json": json.dumps(metrics)})
    assert [one.name for one in compared(root, "length_ratio").experiments][:3] == ["right", "short", "long"]


def test_a_perplexity_is_best_where_it_is_least(root):
    for name, perplexity in {"middling": 4.0, "best": 1.5, "worst": 30.0}.items():
        content = files({"seed": len(name)})
        metrics = json.loads(content["metrics/evaluation.json"])
        metrics["tuned"]["perplexity"] = score(perplexity)
        experiment(root, name, {**content, "metrics/evaluation.json": json.dumps(metrics)})
    assert [one.name for one in compared(root, "perplexity").experiments][:3] == ["best", "middling", "worst"]


def test_an_unknown_metric_is_named_with_the_nearest(root):
    experiment(root, "a", files())
    with pytest.raises(UsageError, match="did you mean 'schema_valid'"):
        compared(root, "schema_vaild")


def test_a_choice_is_one_column_and_not_all_that_comes_with_it(root):
    experiment(root, "a", files({"method.learning_rate": 1e-4}, choices={"method": "qlora"}))
    plain = files({"method.learning_rate": 2e-4}, choices={"method": "lora"})
    plain["resolved.yaml"] = re.sub(
        r"quantization:\n(    .*\n)+", "quantization: null\n", plain["resolved.yaml"]
    )
    assert "quantization: null" in plain["resolved.yaml"]
    experiment(root, "b", plain)
    assert compared(root).settings == ("choices.method", "method.learning_rate")


def test_what_is_edited_below_conf_shows(root):
    """Differs though neither params.yaml sets it nor a choice differs."""
    experiment(root, "a", files())
    edited = files()
    edited["resolved.yaml"] = edited["resolved.yaml"].replace("weight_decay: 0.0", "weight_decay: 0.1")
    experiment(root, "b", edited)
    assert compared(root).settings == ("method.weight_decay",)


def test_long_values_that_differ_are_told_apart(root):
    for name, end in (("a", "now"), ("b", "then")):
        experiment(root, name, files({"task.instructions": "Read the ticket with great care. " + end}))
    shown = {row(root, name)["instructions"] for name in "ab"}
    assert len(shown) == 2
    assert all("…" in text for text in shown)


def test_the_folder_is_compared_too_and_its_changed_settings_are_said(root):
    experiment(root, "a", files({"seed": 1}))
    assert row(root, "workspace")["state"] == "not run"
    write(root, files({"seed": 2}, 0.9))
    assert row(root, "workspace")["state"] == "done"
    params = root / "params.yaml"
    params.write_text(params.read_text().replace("seed: 2", "seed: 3"))
    assert row(root, "workspace")["state"] == "changed"
    assert "dvc repro" in as_text(compared(root))


def test_other_test_rows_are_never_compared_in_silence(root):
    experiment(root, "a", files({"seed": 1}))
    experiment(root, "b", files({"seed": 2}))
    assert "test rows" not in as_text(compared(root))
    experiment(root, "c", files({"seed": 3}, test_rows="ffff00001111"))
    assert row(root, "c")["test rows"] == "ffff0000"
    assert "not all were scored on the same test rows" in as_text(compared(root))


def test_the_base_model_stands_beneath_or_in_a_column_where_it_differs(root):
    experiment(root, "a", files({"seed": 1}))
    assert "base model, few-shot: schema_valid 30.0 % [22.0, 36.0]" in as_text(compared(root))
    experiment(root, "b", files({"seed": 2}, base=0.5))
    assert "base model" not in as_text(compared(root))
    assert row(root, "b")["best prompt"] == "50.0 % [42.0, 56.0]"


def test_the_reference_stands_beneath_or_in_a_column_where_it_differs(root):
    experiment(root, "a", asked({"seed": 1}, reference=0.9))
    experiment(root, "b", asked({"seed": 2}, reference=0.9))
    beneath = "reference, large-1: schema_valid 90.0 % [82.0, 96.0], field_accuracy 90.0 %"
    assert beneath in as_text(compared(root))
    assert "reference" not in row(root, "a")
    experiment(root, "c", asked({"seed": 3}))
    assert "large-1:" not in as_text(compared(root))
    assert row(root, "b")["reference"] == "90.0 % [82.0, 96.0]"
    assert row(root, "c")["reference"] == "–"
    assert "| reference |" in as_markdown(compared(root)).splitlines()[0]


def test_the_judges_win_rate_is_a_column_that_can_be_ranked_by(root):
    experiment(root, "liked", asked({"seed": 1}, win_rate=0.7, value=0.5))
    experiment(root, "right", asked({"seed": 2}, win_rate=0.6, value=0.8))
    experiment(root, "unasked", asked({"seed": 3}, value=0.7))
    assert row(root, "liked")["judge.win_rate"] == "70.0 % [62.0, 76.0]"
    assert row(root, "unasked")["judge.win_rate"] == "–"
    assert [one.name for one in compared(root).experiments][:2] == ["right", "unasked"]
    assert [one.name for one in compared(root, "judge.win_rate").experiments][:2] == ["liked", "right"]
    assert compared(root, "judge.score.right").by == "judge.score.right"
    told = as_text(compared(root))
    assert told.count("judge.win_rate: against few-shot, judged by judge-1; 50 % means equally good") == 1


def test_without_reference_and_judge_nothing_speaks_of_them(root):
    experiment(root, "a", asked({"seed": 1}))
    for form in (as_text, as_markdown, as_csv):
        assert "reference" not in form(compared(root)) and "judge" not in form(compared(root))


def test_programs_get_reference_and_judge_in_full(root):
    experiment(root, "a", asked({"seed": 1}, reference=0.9, win_rate=0.7))
    experiment(root, "b", files({"seed": 2}, 0.6))
    one = json.loads(as_json(compared(root)))["experiments"][0]
    assert one["scores"]["reference"]["schema_valid"] == pytest.approx(score(0.9))
    assert one["scores"]["tuned"]["judge.win_rate"] == pytest.approx(score(0.7))
    first, second, *_ = csv.DictReader(io.StringIO(as_csv(compared(root))))
    assert float(first["reference.schema_valid.high"]) == pytest.approx(0.96)
    assert float(first["tuned.judge.win_rate.low"]) == pytest.approx(0.62)
    assert (second["reference.schema_valid.value"], second["tuned.judge.win_rate.n"]) == ("", "")
    assert "few_shot.judge.win_rate.value" not in first


def test_experiments_of_several_commits(root):
    experiment(root, "a", files({"seed": 1}))
    (root / "README.md").write_text("more\n")
    later = commit(root, "More")
    experiment(root, "b", files({"seed": 2}))
    assert row(root, "b")["on"] == later[:7]


def test_a_project_in_a_subfolder_of_its_repository(tmp_path):
    start(tmp_path)
    project = tmp_path / "cases" / "one"
    write(project, {"params.yaml": (tmp_path / "params.yaml").read_text()})
    commit(tmp_path, "A project")
    experiment(tmp_path, "a", {f"cases/one/{path}": text for path, text in files().items()})
    assert row(project, "a")["schema_valid"] == "70.0 % [62.0, 76.0]"


@pytest.mark.parametrize(
    "path", ["metrics/evaluation.json", "resolved.yaml", "dvc.lock", "timings/train.json"]
)
def test_a_damaged_experiment_is_named_and_hides_no_other(root, path):
    experiment(root, "good", files())
    experiment(root, "bad", {**files({"seed": 1}), path: "  evaluate:\n    - [{\n"})
    assert row(root, "bad")["state"] == "damaged"
    assert row(root, "good")["state"] == "done"


def test_json_has_everything(root):
    experiment(root, "a", files({"seed": 1}))
    found = json.loads(as_json(compared(root)))
    one = found["experiments"][0]
    assert one["scores"]["tuned"]["schema_valid"] == pytest.approx(score(0.7))
    assert set(one["scores"]) == {"tuned", "zero_shot", "few_shot"}
    assert (one["train_seconds"], one["accepted"], one["state"]) == (600.0, True, "done")


def test_csv_keeps_numbers_and_full_keys(root):
    experiment(root, "a", files({"method.lora.r": 4}))
    experiment(root, "b", files({"method.lora.r": 8}))
    first = next(csv.DictReader(io.StringIO(as_csv(compared(root)))))
    assert first["method.lora.r"] == "4"
    assert float(first["tuned.schema_valid.low"]) == pytest.approx(0.62)
    assert float(first["few_shot.schema_valid.value"]) == pytest.approx(0.3)


def test_hostile_names_and_values_stay_inert_in_every_format(root):
    experiment(root, "=cmd|x", files({"task.instructions": "\x1b[31m| `x` <b>\r\n=1+1"}))
    experiment(root, "plain", files({"task.instructions": "=HYPERLINK(1)"}))
    found = compared(root)
    assert "\x1b" not in as_text(found)
    assert r"=cmd\|x" in as_markdown(found)
    rows = as_markdown(found).splitlines()[:4]
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in rows}) == 1
    cells = [cell for line in csv.reader(io.StringIO(as_csv(found))) for cell in line]
    assert not [cell for cell in cells if cell.startswith(("=", "@"))]


def test_experiments_that_only_wait_have_no_scores_to_show():
    found = compare([Experiment("waits", "queued"), Experiment("workspace", "not run")])
    assert [line.split() for line in as_text(found).splitlines()[:2]] == [
        ["experiment", "loss", "training", "verdict", "state"],
        ["waits", "–", "–", "–", "queued"],
    ]


def test_outside_a_project_or_a_repository(tmp_path):
    with pytest.raises(ConfigError, match="tunewright new"):
        read_experiments(tmp_path)
    write(tmp_path, {"params.yaml": "task: x\n"})
    with pytest.raises(UsageError, match="not a git repository"):
        read_experiments(tmp_path)


def test_nothing_computed_yet(root):
    with pytest.raises(UsageError, match="dvc repro"):
        compared(root)


@pytest.mark.parametrize("form", ["text", "json", "csv", "markdown"])
def test_the_command(root, form, monkeypatch):
    experiment(root, "a", files())
    monkeypatch.chdir(root)
    done = CliRunner().invoke(app, ["experiments", "--format", form])
    assert done.exit_code == 0, done.output
    told = {"text": "70.0 % [62.0, 76.0]", "markdown": "70.0 % \\[62.0, 76.0\\]"}
    assert told.get(form, "0.7") in done.output


def test_two_hundred_are_read_in_seconds(root):
    experiments(root, sweep(200))
    started = time.process_time()
    assert len(compared(root).experiments) == 201
    assert time.process_time() - started < 10, "0.9 s when written"
