"""`evaluation.suites`: what is asked of base and tuned model, how replies are scored, what is tolerated."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from unittest.mock import Mock, patch

import pytest

from tests.config.effects.effect import SHARED, Effect
from tests.unit.evaluation.made_up import make_rows
from tests.unit.evaluation.suites.made_classifier import FLAGGED, save_classifier
from tunewright.cli.plan_suites import suite_lines
from tunewright.config.schema import Settings
from tunewright.config.suite_metrics import SUITE_METRICS, suite_metric
from tunewright.data.rows import Message
from tunewright.errors import EvaluationError
from tunewright.evaluation.suites import harness, judge, toxicity
from tunewright.evaluation.suites.enabled import enabled
from tunewright.evaluation.suites.question import ItemScore, Question, Reply
from tunewright.evaluation.suites.suite import context_of

OWN = "data/suites/own.jsonl"
CLASSIFIER = "data/suites/classifier"
EXTRACTION = {
    "task.kind": "extraction",
    "task.output": {"json_schema": {"type": "object", "properties": {"a": {"type": "string"}}}},
    "task.metrics": ["schema_valid"],
}
ITEMS = 40


def scored(settings: Settings, folder: Path) -> object:
    """What the enabled suites ask of twelve rows, and what made-up replies are worth."""
    (folder / OWN).parent.mkdir(parents=True)
    (folder / OWN).write_text('{"id": "one", "prompt": "Shout.", "check": {"regex": "[A-Z]!"}}\n')
    context = context_of(folder, settings, make_rows(60, "train"), make_rows(30, "test"))
    found: list[object] = []
    for suite in enabled(settings.evaluation.suites):
        questions = suite.questions(context)
        found += [questions, suite.score(context, questions, [reply(one) for one in questions])]
    return found


def reply(question: Question) -> Reply:
    """A reply to any kind of question."""
    return Reply("An answer", likelihoods=tuple(-float(len(one)) for one in question.options), longest=20)


def planned(settings: Settings, folder: Path) -> object:
    """What `plan` says of the suites."""
    return list(suite_lines(folder, settings, make_rows(6, "train"), make_rows(3, "test")))


def of_a_task(settings: Settings, folder: Path) -> object:
    """How a task of lm-evaluation-harness is found, run and scored; the package itself is not needed."""
    (folder / "data" / "suites").mkdir(parents=True)
    given = settings.evaluation.suites.harness
    task = Mock(get_config=lambda _: 2)
    harness.set_examples(task, given)
    sample = {"doc_id": 0, "filter": "none", "arguments": [("a", "b")], "filtered_resps": ["c"]}
    sample |= {"target": "c", "metrics": ["acc", "acc_norm"], "acc": 1.0, "acc_norm": 0.0}
    return (
        harness.own_folder(folder, given),
        task.set_config.call_args,
        harness.run_arguments(given),
        [one.score for one in harness.item_scores("t", "t", [sample], given.metric)],
    )


def judged(settings: Settings, _: Path) -> object:
    """Which metrics keep their limits, of a tuned model that does worse in all of them."""
    names = [*SUITE_METRICS, "harness.arc_easy"]
    metrics = {name: suite_metric(name) for name in names}
    good = [float(metrics[name].higher_is_better) for name in names]
    base = [
        item(name, place, score) for name, score in zip(names, good, strict=True) for place in range(ITEMS)
    ]
    tuned = [
        item(name, place, 5.0 if not metrics[name].share else 1 - score if place < 10 else score)
        for name, score in zip(names, good, strict=True)
        for place in range(ITEMS)
    ]
    evaluation = settings.evaluation
    results = judge.compare_suites(base, tuned, evaluation.suites.limits, evaluation.statistics)
    return {one.metric: one.passed for one in results}


def item(metric: str, place: int, score: float) -> ItemScore:
    return ItemScore(metric, str(place), "", score, "", "", "")


LEAKAGE = {"evaluation.suites.leakage.enabled": True}
PLANTED = {**LEAKAGE, "data.canaries.count": 2}
GENERAL = {"evaluation.suites.regression.enabled": True}
ODD = {"evaluation.suites.edge_cases.enabled": True}
SAFETY = {"evaluation.suites.safety.enabled": True}
OF_HUB = {
    **SAFETY,
    "evaluation.suites.safety.toxicity.model": "nobody/nothing",
    "evaluation.suites.safety.toxicity.revision": "0" * 40,
}
OWN_CLASSIFIER = {**SAFETY, "evaluation.suites.safety.toxicity.model": CLASSIFIER}
BIAS = {**EXTRACTION, "evaluation.suites.bias.enabled": True}


@cache
def classified() -> Path:
    """A project with a classifier; made once."""
    root = Path(SHARED.name) / "toxicity"
    save_classifier(root / CLASSIFIER)
    return root


def flagged(settings: Settings, _: Path) -> object:
    """Which of three answers a classifier takes for toxic, and in how many batches."""
    given = settings.evaluation.suites.safety.toxicity
    answers = ["you are right", f"you {FLAGGED}", f"{FLAGGED} {FLAGGED}"]
    asked = [Question(str(place), "", (Message("user", "?"),)) for place in range(len(answers))]
    with patch.object(toxicity, "_probabilities", wraps=toxicity._probabilities) as batches:
        classify = toxicity.load_classifier(classified(), given)
        found = toxicity.toxicity_scores(classify, given, asked, [Reply(answer) for answer in answers])
    return [one.score for one in found], batches.call_count


def named(settings: Settings, folder: Path) -> object:
    """Which classifier is asked for, as the libraries get it."""
    with (
        patch("transformers.AutoTokenizer.from_pretrained", side_effect=OSError("not loaded")) as loading,
        pytest.raises(EvaluationError) as told,
    ):
        toxicity.load_classifier(folder, settings.evaluation.suites.safety.toxicity)
    return str(told.value), loading.call_args


HARNESS = {
    "evaluation.suites.harness.enabled": True,
    "evaluation.suites.harness.tasks": ["arc_easy"],
}
EFFECTS = {
    "evaluation.suites.regression.enabled": Effect(scored, True),
    "evaluation.suites.regression.max_items": Effect(scored, 9, GENERAL),
    "evaluation.suites.regression.files": Effect(scored, [OWN], GENERAL),
    "evaluation.suites.edge_cases.enabled": Effect(scored, True),
    "evaluation.suites.edge_cases.rows": Effect(scored, 2, ODD),
    "evaluation.suites.edge_cases.files": Effect(scored, [OWN], ODD),
    "evaluation.suites.leakage.enabled": Effect(scored, True),
    "evaluation.suites.leakage.rows": Effect(scored, 2, LEAKAGE),
    "evaluation.suites.leakage.min_tokens": Effect(scored, 20, LEAKAGE),
    "evaluation.suites.leakage.controls": Effect(scored, 9, PLANTED),
    "evaluation.suites.safety.enabled": Effect(scored, True),
    "evaluation.suites.safety.max_items": Effect(scored, 4, SAFETY),
    "evaluation.suites.safety.toxicity.model": Effect(named, "nobody/another", OF_HUB),
    "evaluation.suites.safety.toxicity.revision": Effect(named, "1" * 40, OF_HUB),
    "evaluation.suites.safety.toxicity.label": Effect(flagged, "fine", OWN_CLASSIFIER),
    "evaluation.suites.safety.toxicity.threshold": Effect(flagged, 1e-9, OWN_CLASSIFIER),
    "evaluation.suites.safety.toxicity.batch_size": Effect(flagged, 1, OWN_CLASSIFIER),
    "evaluation.suites.bias.enabled": Effect(scored, True, EXTRACTION),
    "evaluation.suites.bias.rows": Effect(scored, 2, BIAS),
    "evaluation.suites.harness.enabled": Effect(
        planned, True, {"evaluation.suites.harness.tasks": ["arc_easy"]}
    ),
    "evaluation.suites.harness.tasks": Effect(planned, ["boolq"], HARNESS),
    "evaluation.suites.harness.metric": Effect(of_a_task, "acc", HARNESS),
    "evaluation.suites.harness.include_path": Effect(of_a_task, "data/suites", HARNESS),
    "evaluation.suites.harness.limit": Effect(of_a_task, 3, HARNESS),
    "evaluation.suites.harness.num_fewshot": Effect(of_a_task, 0, HARNESS),
    "evaluation.suites.harness.apply_chat_template": Effect(of_a_task, True, HARNESS),
    "evaluation.suites.limits.regression_max_loss": Effect(judged, 0.9),
    "evaluation.suites.limits.edge_cases_min_right": Effect(judged, 0.2),
    "evaluation.suites.limits.leakage_max_exposure": Effect(judged, 50.0),
    "evaluation.suites.limits.leakage_max_verbatim": Effect(judged, 0.9),
    "evaluation.suites.limits.leakage_max_personal_data": Effect(judged, 0.9),
    "evaluation.suites.limits.safety_max_loss": Effect(judged, 0.9),
    "evaluation.suites.limits.safety_max_over_refusal": Effect(judged, 0.9),
    "evaluation.suites.limits.safety_max_toxic": Effect(judged, 0.9),
    "evaluation.suites.limits.bias_max_changed": Effect(judged, 0.9),
    "evaluation.suites.limits.harness_max_loss": Effect(judged, 0.9),
}
