"""The stages base_suites and tuned_suites on a project with the tiny model."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.unit.evaluation.stage_project import CHOICES, make_project, save_adapter
from tests.unit.evaluation.suites.made_classifier import save_classifier
from tunewright.artifacts import (
    ADAPTER,
    BASE_SUITES,
    OWN_SUITES,
    TIMINGS,
    TUNED_SUITES,
    read_json,
)
from tunewright.config.stage_settings import stage_settings
from tunewright.config.suite_metrics import SUITE_METRICS
from tunewright.errors import EvaluationError
from tunewright.evaluation.suites import ask as asking
from tunewright.evaluation.suites.results import SCORES, read_scores
from tunewright.models import context
from tunewright.stages import asking_suites, base_suites, compose, tuned_suites

ROOT = Path(__file__).parents[3]
SETTINGS = """\
set:
  data: {canaries: {count: 2}}
  evaluation:
    max_new_tokens: 4
    batch_size: 4
    suites:
      regression: {enabled: true, max_items: 12}
      edge_cases: {enabled: true, rows: 1}
      leakage: {enabled: true, rows: 3, controls: 7}
      safety: {enabled: true, max_items: 4}
      bias: {enabled: true, rows: 1}
"""
PARAMS = CHOICES + SETTINGS


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    shutil.copytree(ROOT / OWN_SUITES, folder / OWN_SUITES)
    return make_project(folder, PARAMS, monkeypatch, test_rows=3)


def test_base_and_tuned_model_are_asked_the_same(project: Path, tiny_folder: Path) -> None:
    base_suites.run(project)
    save_adapter(tiny_folder, project / ADAPTER, learnt=True)
    tuned_suites.run(project)

    base, tuned = read_scores(project / BASE_SUITES), read_scores(project / TUNED_SUITES)
    assert {one.metric for one in base} == {*SUITE_METRICS} - {"safety.toxic"}
    assert [(one.metric, one.id, one.prompt) for one in base] == [
        (one.metric, one.id, one.prompt) for one in tuned
    ]
    assert [one.answer for one in base] != [one.answer for one in tuned]
    for stage in ("base_suites", "tuned_suites"):
        assert read_json(project / TIMINGS / f"{stage}.json")["seconds"] > 0
        assert not [*(project / ".tunewright" / "scratch").glob(f"{stage}-*/*")]


HARNESS_TASK = """\
task: parcels
dataset_path: json
dataset_kwargs: {data_files: {test: data/suites/harness/parcels.jsonl}}
output_type: multiple_choice
test_split: test
doc_to_text: "{{question}}"
doc_to_choice: "{{options}}"
doc_to_target: "{{answer}}"
"""


def test_classifier_and_harness_are_asked_of_both_models(
    project: Path, tiny_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("lm_eval", reason="needs pip install 'tunewright[harness]'")
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", project / "cache")
    folder = project / OWN_SUITES / "harness"
    folder.mkdir()
    (folder / "parcels.yaml").write_text(HARNESS_TASK)
    item = {"question": "Where is it?", "options": ["here", "there"], "answer": 1}
    (folder / "parcels.jsonl").write_text(f"{json.dumps(item)}\n" * 3)
    save_classifier(project / OWN_SUITES / "classifier")
    suites = {
        "safety": {"enabled": True, "max_items": 4, "toxicity": {"model": "data/suites/classifier"}},
        "harness": {"enabled": True, "tasks": ["parcels"], "include_path": "data/suites/harness"},
    }
    values = {"evaluation": {"max_new_tokens": 4, "suites": suites}}
    (project / "params.yaml").write_text(CHOICES + f"set: {json.dumps(values)}\n")
    compose.run(project)
    base_suites.run(project)
    save_adapter(tiny_folder, project / ADAPTER, learnt=True)
    tuned_suites.run(project)
    for stage in (BASE_SUITES, TUNED_SUITES):
        found = Counter(one.metric for one in read_scores(project / stage))
        assert found == {
            "safety.refused": 2,
            "safety.over_refused": 2,
            "safety.toxic": 4,
            "harness.parcels": 3,
        }
    base, tuned = read_scores(project / BASE_SUITES), read_scores(project / TUNED_SUITES)
    assert [one.answer for one in base if one.metric.startswith("harness")] != [
        one.answer for one in tuned if one.metric.startswith("harness")
    ], "other weights find the options otherwise likely"


def test_a_killed_stage_goes_on_and_gives_the_same_bytes(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base_suites.run(project)
    undisturbed = (project / BASE_SUITES / SCORES).read_bytes()
    (project / BASE_SUITES / SCORES).unlink()
    forced, calls = asking.option_likelihoods, []

    def killed(*arguments: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return forced(*arguments)

    monkeypatch.setattr(asking, "option_likelihoods", killed)
    with pytest.raises(KeyboardInterrupt):
        base_suites.run(project)
    interrupted = len(calls)
    base_suites.run(project)
    assert (project / BASE_SUITES / SCORES).read_bytes() == undisturbed
    whole = len(calls) - interrupted
    monkeypatch.setattr(
        asking, "option_likelihoods", lambda *arguments: calls.append(1) or forced(*arguments)
    )
    before = len(calls)
    base_suites.run(project)
    assert len(calls) - before == whole + 2, "two batches were kept"


def test_with_all_suites_off_nothing_is_loaded(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    off = {name: {"enabled": False} for name in ("regression", "edge_cases", "leakage", "safety", "bias")}
    text = CHOICES + f"set: {json.dumps({'evaluation': {'suites': off}})}\n"
    (project / "params.yaml").write_text(text)
    compose.run(project)

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("it must not be loaded")

    for name in ("load_tokenizer", "loading_for_scoring", "read_rows"):
        monkeypatch.setattr(asking_suites, name, refuse)
    monkeypatch.setattr(base_suites, "load_base", refuse)
    base_suites.run(project)
    assert read_scores(project / BASE_SUITES) == []
    assert read_json(project / TIMINGS / "base_suites.json")["seconds"] == 0


def test_a_mistake_in_ones_own_file_comes_before_the_model(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base_suites, "load_base", lambda *_, **__: pytest.fail("it must not be loaded"))
    (project / OWN_SUITES / "own.jsonl").write_text('{"id": "a", "prompt": "b"}\n')
    text = PARAMS.replace("max_items: 12}", "max_items: 12, files: [data/suites/own.jsonl]}")
    (project / "params.yaml").write_text(text)
    compose.run(project)
    with pytest.raises(EvaluationError, match="give either options") as caught:
        base_suites.run(project)
    assert caught.value.where == "data/suites/own.jsonl:1"


def test_a_question_that_is_a_training_row_is_named_before_the_model(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base_suites, "load_base", lambda *_, **__: pytest.fail("it must not be loaded"))
    item = {"id": "a", "prompt": "TRAIN: where is parcel  3", "check": {"ends": True}}
    (project / OWN_SUITES / "own.jsonl").write_text(json.dumps(item))
    text = PARAMS.replace("max_items: 12}", "max_items: 12, files: [data/suites/own.jsonl]}")
    (project / "params.yaml").write_text(text)
    compose.run(project)
    with pytest.raises(EvaluationError, match=r"a question stands .* \(regression: own/a is row train3\)"):
        base_suites.run(project)


def test_neither_stage_reads_a_limit(project: Path) -> None:
    for stage in ("base_suites", "tuned_suites"):
        assert not hasattr(stage_settings(stage, project).settings.evaluation.suites, "limits")


def test_long_rows_are_cut_in_suites_as_on_the_test_rows(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = (project / "params.yaml").read_text()
    only = whole.replace("  data: {canaries: {count: 2}}\n", "")
    only = only[: only.index("      regression")] + "      edge_cases: {enabled: true, rows: 1}\n"
    monkeypatch.setattr(context, "context_length", lambda _: 700)
    told = []
    for policy in ("error", "truncate"):
        (project / "params.yaml").write_text(
            only.replace("batch_size: 4", f"batch_size: 4\n    too_long: {policy}")
        )
        compose.run(project)
        try:
            base_suites.run(project)
        except EvaluationError as error:
            told.append(error.what)
        else:
            told.append("asked")
    assert "has room for prompts of 696 tokens" in told[0]
    assert told[1] == "asked"
