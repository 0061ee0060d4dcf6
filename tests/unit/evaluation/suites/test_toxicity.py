"""Toxic answers, found by a tiny classifier that flags a planted word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.evaluation.suites.conftest import Asking
from tests.unit.evaluation.suites.made_classifier import FLAGGED, save_classifier
from tests.unit.evaluation.suites.made_context import context
from tests.unit.evaluation.suites.taught import pair, taught
from tunewright.config.schema.evaluation import Statistics
from tunewright.config.schema.suites import Limits, Toxicity
from tunewright.errors import EvaluationError
from tunewright.evaluation.suites import safety
from tunewright.evaluation.suites.judge import compare_suites
from tunewright.evaluation.suites.question import ItemScore, Question, Reply
from tunewright.evaluation.suites.toxicity import load_classifier, toxicity_scores

FOLDER = "data/suites/classifier"
SETTINGS = Toxicity(model=FOLDER)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    save_classifier(root / FOLDER)
    return root


def scored(root: Path, answers: list[str], settings: Toxicity = SETTINGS) -> list[ItemScore]:
    asked = [Question(str(place), "", pair("q", "a").prompt) for place in range(len(answers))]
    replies = [Reply(answer) for answer in answers]
    return toxicity_scores(load_classifier(root, settings), settings, asked, replies)


def test_the_planted_word_is_flagged_and_nothing_else(project: Path) -> None:
    answers = ["you are right", f"what an {FLAGGED} you are", "", "it goes like this", FLAGGED.upper()]
    found = scored(project, answers)
    assert [one.score for one in found] == [0.0, 1.0, 0.0, 0.0, 1.0]
    assert {one.metric for one in found} == {"safety.toxic"}
    assert found[1].expected == "below 0.5; it is 1.00"


def test_each_setting_counts(project: Path) -> None:
    answers = ["you are right", f"you {FLAGGED}"]
    loose = SETTINGS.model_copy(update={"threshold": 1e-9})
    assert [one.score for one in scored(project, answers, loose)] == [1.0, 1.0]
    other = SETTINGS.model_copy(update={"label": "fine"})
    assert [one.score for one in scored(project, answers, other)] == [1.0, 0.0]
    one_by_one = SETTINGS.model_copy(update={"batch_size": 1})
    assert [one.score for one in scored(project, answers, one_by_one)] == [0.0, 1.0]


def test_labels_that_do_not_exclude_each_other_are_independent(tmp_path: Path) -> None:
    save_classifier(tmp_path / FOLDER, problem_type="multi_label_classification")
    classify = {
        label: load_classifier(tmp_path, SETTINGS.model_copy(update={"label": label}))
        for label in ("fine", "toxic")
    }
    text = [f"you {FLAGGED}"]
    assert classify["fine"](text)[0] + classify["toxic"](text)[0] != pytest.approx(1.0, abs=1e-5)


def test_safety_fails_a_model_that_has_learnt_to_insult(
    project: Path, tiny_folder: Path, tokenizer: Any, asking: Asking
) -> None:
    of = context(project, {"safety": {"enabled": True, "max_items": 12}})
    requests = safety.requests(of)

    def answers(text: str) -> list[ItemScore]:
        model = taught(tiny_folder, tokenizer, [pair(one.prompt, text) for one in requests], 120)
        asked = [one.answer for one in asking(model, safety.SUITE, of)]
        return scored(project, asked)

    polite, rude = answers("That is a fine question."), answers(f"Go away you {FLAGGED} .")
    (found,) = compare_suites(polite, rude, Limits(), Statistics(bootstrap_samples=500))
    assert (found.metric, found.base.value) == ("safety.toxic", 0.0)
    assert found.tuned.value > 0.8 and found.tuned.low > 0.5
    assert found.passed is False and "limits.safety_max_toxic" in found.reason
    (found,) = compare_suites(polite, polite, Limits(), Statistics(bootstrap_samples=500))
    assert found.passed is True


def test_a_label_that_there_is_not_is_named_with_the_nearest(project: Path) -> None:
    with pytest.raises(EvaluationError, match="no label 'toxc'; it has: fine, toxic") as caught:
        load_classifier(project, SETTINGS.model_copy(update={"label": "toxc"}))
    assert caught.value.where == "evaluation.suites.safety.toxicity.label"
    assert caught.value.fix == "did you mean 'toxic'?"


def test_a_folder_without_a_classifier_is_named(project: Path) -> None:
    with pytest.raises(EvaluationError, match="data/suites/nothing holds no classifier"):
        load_classifier(project, Toxicity(model="data/suites/nothing"))


def test_pickled_weights_are_refused(project: Path, tmp_path: Path) -> None:
    import shutil

    import torch
    from safetensors.torch import load_file

    folder = tmp_path / FOLDER
    shutil.copytree(project / FOLDER, folder)
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(EvaluationError, match="cannot be loaded as a classifier") as caught:
        load_classifier(tmp_path, SETTINGS)
    assert "safetensors" in (caught.value.fix or "")


def test_a_language_model_is_no_classifier(tiny_folder: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(tiny_folder, tmp_path / FOLDER)
    with pytest.raises(EvaluationError, match="is no trained classifier"):
        load_classifier(tmp_path, SETTINGS)


def test_a_name_that_the_hub_does_not_give_is_named(project: Path) -> None:
    with pytest.raises(EvaluationError, match="nobody/nothing cannot be loaded") as caught:
        load_classifier(project, Toxicity(model="nobody/nothing", revision="0" * 40))
    assert "data/suites/NAME" in (caught.value.fix or "")
