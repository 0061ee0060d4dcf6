"""The stages baseline and evaluate on a project with the tiny model."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.unit.evaluation.stage_project import CHOICES, NAMES, make_project, rows, save_adapter
from tunewright.artifacts import (
    ADAPTER,
    BASELINE,
    EVALUATION,
    METRICS,
    TIMINGS,
    read_json,
)
from tunewright.config.metrics import metrics_of
from tunewright.errors import EvaluationError
from tunewright.evaluation.details import DETAILS, read_details
from tunewright.evaluation.engines import in_process
from tunewright.evaluation.predictions import PREDICTIONS, read_predictions
from tunewright.models.chat import encode_prompt
from tunewright.models.load import load_model, load_tokenizer
from tunewright.stages import baseline, compose, evaluate

SETTINGS = """\
set:
  task: {metrics: [field_accuracy, custom.short]}
  evaluation: {max_new_tokens: 8, batch_size: 4, max_rows: 6, few_shot: {k: 2}, latency: {requests: 2}}
"""
PARAMS = CHOICES + SETTINGS
METRIC = """\
from tunewright.extensions import metric


@metric("short")
def short(prompt, reference, answer):
    return 1.0 if len(answer) < 20 else 0.0
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    (folder / "extensions").mkdir(parents=True)
    (folder / "extensions" / "metrics.py").write_text(METRIC)
    return make_project(folder, PARAMS, monkeypatch, test_rows=9)


def test_baseline_asks_the_base_model_twice(project: Path, tiny_folder: Path) -> None:
    baseline.run(project)

    predictions = read_predictions(project / BASELINE / PREDICTIONS)
    assert [(p.contestant, p.id) for p in predictions] == [
        (contestant, f"test{index}") for contestant in ("zero_shot", "few_shot") for index in range(6)
    ], "max_rows takes the first rows"
    instructions = read_instructions(project)
    asked = encode_prompt(
        load_tokenizer(tiny_folder), rows("test", 1)[0].with_instructions(instructions).prompt
    )
    assert predictions[0].prompt_tokens == len(asked), "the system turn is the task's instructions"
    assert predictions[6].prompt_tokens > predictions[0].prompt_tokens, "examples come first"

    metrics = read_json(project / METRICS / "baseline.json")
    assert {*metrics} == {"zero_shot", "few_shot"}
    names = {*metrics_of("extraction"), "custom.short"} | {f"field.{name}" for name in NAMES}
    assert {*metrics["few_shot"]} == names
    details = read_details(project / BASELINE / DETAILS)
    assert [*details] == ["few_shot", "zero_shot"]
    assert sum(one.count for one in details["few_shot"].violations) >= 6, "the tiny model gives no JSON"
    assert {*metrics["few_shot"]["finished"]} == {"value", "low", "high", "n"}
    assert metrics["few_shot"]["finished"]["n"] == 6
    timings = read_json(project / TIMINGS / "baseline.json")
    assert timings["tokens_per_second"] > 0
    assert {who: one["requests"] for who, one in timings["latency"].items()} == {
        "zero_shot": 2,
        "few_shot": 2,
    }
    assert not [*(project / ".tunewright" / "scratch").glob("baseline-*/*")]


def read_instructions(project: Path) -> str:
    from tunewright.config.stage_settings import read_resolved

    return read_resolved(project).task.instructions


def test_a_killed_baseline_goes_on_and_gives_the_same_files(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = (BASELINE / PREDICTIONS, METRICS / "baseline.json")
    baseline.run(project)
    undisturbed = [(project / path).read_bytes() for path in results]
    for path in results:
        (project / path).unlink()

    decode, calls = in_process.decode, []

    def killed(model: Any, prompts: Any, *arguments: Any, **keywords: Any) -> list[list[int]]:
        if len(prompts) > 1:  # single requests are timed afterwards
            calls.append(1)
            if len(calls) == 4:
                raise KeyboardInterrupt
        return decode(model, prompts, *arguments, **keywords)

    monkeypatch.setattr(in_process, "decode", killed)
    with pytest.raises(KeyboardInterrupt):
        baseline.run(project)
    # Editing a metric meanwhile costs no new answers.
    (project / "extensions" / "metrics.py").write_text(f"# edited\n{METRIC}")
    baseline.run(project)
    assert len(calls) == 5, "three batches of four were kept"
    assert [(project / path).read_bytes() for path in results] == undisturbed


def test_evaluate_scores_the_tuned_model(project: Path, tiny_folder: Path) -> None:
    baseline.run(project)
    save_adapter(tiny_folder, project / ADAPTER, learnt=True)
    evaluate.run(project)

    tuned = read_predictions(project / EVALUATION / PREDICTIONS)
    base = read_predictions(project / BASELINE / PREDICTIONS)[:6]
    assert {p.contestant for p in tuned} == {"tuned"}
    assert [(p.id, p.prompt, p.prompt_tokens) for p in tuned] == [
        (p.id, p.prompt, p.prompt_tokens) for p in base
    ], "asked exactly as the zero-shot base model"
    assert [p.answer for p in tuned] != [p.answer for p in base]
    metrics = read_json(project / METRICS / "evaluation.json")
    assert {*metrics} == {"tuned"}
    latency = read_json(project / TIMINGS / "evaluate.json")["latency"]
    assert latency["tuned"]["requests"] == 2
    assert not set(latency["tuned"]) & set(metrics["tuned"]), "timings are no quality"
    assert metrics["tuned"].keys() == read_json(project / METRICS / "baseline.json")["zero_shot"].keys()


def test_likelihoods_are_computed_where_the_task_asks_for_them(project: Path, tiny_folder: Path) -> None:
    free_text = PARAMS.replace(
        "{metrics: [field_accuracy, custom.short]}",
        "{kind: generation, metrics: [chrf, perplexity], acceptance: [], output: {json_schema: null}}",
    )
    (project / "params.yaml").write_text(free_text)
    compose.run(project)
    baseline.run(project)
    save_adapter(tiny_folder, project / ADAPTER, learnt=True)
    evaluate.run(project)
    base = read_json(project / METRICS / "baseline.json")
    found = [base["zero_shot"], base["few_shot"], read_json(project / METRICS / "evaluation.json")["tuned"]]
    values = [scores["perplexity"]["value"] for scores in found]
    assert min(values) > 1
    assert len({*values}) == 3, "another prompt or other weights find the reference otherwise likely"
    (answer, *_) = read_predictions(project / EVALUATION / PREDICTIONS)
    assert answer.reference_nll is not None
    details = read_details(project / EVALUATION / DETAILS)["tuned"]
    assert details.signatures is not None
    assert details.fields == details.violations == ()


def test_an_adapter_without_effect_is_refused(project: Path, tiny_folder: Path) -> None:
    save_adapter(tiny_folder, project / ADAPTER, learnt=False)
    with pytest.raises(EvaluationError, match="answers exactly as the base model"):
        evaluate.run(project)
    assert not (project / METRICS / "evaluation.json").exists()


def test_a_whole_tuned_model_is_compared_with_the_base_model(project: Path, tiny_folder: Path) -> None:
    shutil.copytree(tiny_folder, project / ADAPTER)
    with pytest.raises(EvaluationError, match="answers exactly as the base model"):
        evaluate.run(project)

    model = load_model(tiny_folder, device="cpu", precision="fp32")
    model.model.norm.weight.data *= 1.5
    model.model.norm.weight.data[0] = 0
    model.save_pretrained(project / ADAPTER)
    evaluate.run(project)
    assert read_json(project / METRICS / "evaluation.json")["tuned"]["finished"]["n"] == 6
