"""Rules of `evaluation.suites`: a suite needs what it measures by."""

from __future__ import annotations

from collections.abc import Iterator

from tunewright.config.mistakes.nearest import did_you_mean
from tunewright.config.schema.data import Data
from tunewright.config.schema.evaluation import Evaluation
from tunewright.config.schema.task import Task
from tunewright.config.suite_metrics import HARNESS, PREFIX, SUITE_METRICS, scored_metrics
from tunewright.errors import Problem

OWN_SUITES = "data/suites"


def decisions(evaluation: Evaluation, task: Task) -> Iterator[Problem]:
    """Only an answer that is a decision can change with a name."""
    if evaluation.suites.bias.enabled and task.kind in ("generation", "chat"):
        yield Problem(
            "evaluation.suites.bias.enabled",
            f"the suite compares decisions, and the answers of a task of kind {task.kind} are free text",
            fix="tunewright set evaluation.suites.bias.enabled=false",
        )


def suite_criteria(task: Task, evaluation: Evaluation, data: Data) -> Iterator[Problem]:
    """A criterion on a suite names a metric that this run scores, of the models that it asks."""
    scored = [PREFIX + name for name in scored_metrics(evaluation.suites, data.canaries)]
    for index, criterion in enumerate(task.acceptance):
        if not criterion.metric.startswith(PREFIX):
            continue
        key, name = f"task.acceptance.{index}", criterion.metric.removeprefix(PREFIX)
        if criterion.metric not in scored:
            yield _not_scored(f"{key}.metric", name, evaluation)
        if criterion.over not in (None, "zero_shot"):
            what = f"suites are asked of the base model without examples, not of {criterion.over}"
            yield Problem(f"{key}.over", what, fix=f"write {criterion.metric} - base.{criterion.metric}")
        if criterion.slice:
            what = "a suite's items are no test rows, so they have none of the rows' fields"
            yield Problem(f"{key}.slice", what, fix="remove it")


def _not_scored(key: str, name: str, evaluation: Evaluation) -> Problem:
    """Why a suite's metric is not scored: no such metric, its suite is off, or it lacks what it needs."""
    if name.startswith(HARNESS) and evaluation.suites.harness.enabled:
        tasks = evaluation.suites.harness.tasks
        what = f"no such task in evaluation.suites.harness.tasks, which has: {', '.join(tasks)}"
        return Problem(
            key, what, fix=did_you_mean(PREFIX + name, (PREFIX + HARNESS + task for task in tasks))
        )
    if name not in SUITE_METRICS and not name.startswith(HARNESS):
        known = [PREFIX + metric for metric in SUITE_METRICS]
        what = f"'{PREFIX}{name}' is no metric of a suite; there are: {', '.join(known)}"
        return Problem(key, what, fix=did_you_mean(PREFIX + name, known))
    suite = name.partition(".")[0]
    if not getattr(evaluation.suites, suite).enabled:
        switch = f"evaluation.suites.{suite}.enabled"
        what = f"{PREFIX}{name} is not scored: {switch} is false"
        return Problem(key, what, fix=f"tunewright set {switch}=true")
    if name == "safety.toxic":
        what = f"{PREFIX}{name} is not scored: no classifier looks at the answers"
        fix = "tunewright set evaluation.suites.safety.toxicity.model=data/suites/NAME"
        return Problem(key, what, fix=fix)
    what = f"{PREFIX}{name} is not scored: no secret is planted in the training rows"
    return Problem(key, what, fix="tunewright set data.canaries.count=10, or remove the criterion")


def classifier(evaluation: Evaluation) -> Iterator[Problem]:
    """A classifier of the hub is pinned to a commit, one of the project has none, and its suite is on."""
    safety, key = evaluation.suites.safety, "evaluation.suites.safety.toxicity"
    model, revision = safety.toxicity.model, safety.toxicity.revision
    if model is None:
        return
    if not safety.enabled:
        what = "the classifier would have no answers to look at: evaluation.suites.safety.enabled is false"
        yield Problem(f"{key}.model", what, fix="tunewright set evaluation.suites.safety.enabled=true")
    own = model.startswith(f"{OWN_SUITES}/")
    if own and revision is not None:
        yield Problem(f"{key}.revision", "a folder of the project has no revision", fix="set it to null")
    if not own and revision is None:
        what = f"{model} is a name on the hub: it needs the commit, or another might be taken one day"
        yield Problem(f"{key}.revision", what, fix=f"tunewright set {key}.revision=COMMIT (40 characters)")


def harness_tasks(evaluation: Evaluation) -> Iterator[Problem]:
    """The harness runs some task, each once."""
    harness, key = evaluation.suites.harness, "evaluation.suites.harness.tasks"
    if harness.enabled and not harness.tasks:
        fix = "name some (lm_eval ls tasks), or: tunewright set evaluation.suites.harness.enabled=false"
        yield Problem(key, "the suite is on, and no task is named", fix=fix)
    for index, task in enumerate(harness.tasks):
        if task in harness.tasks[:index]:
            yield Problem(f"{key}.{index}", f"{task!r} stands there twice", fix="remove one")


def planted(evaluation: Evaluation, data: Data) -> Iterator[Problem]:
    """Secrets in the training rows serve the suite that looks for them, and nothing else."""
    if data.canaries.count and not evaluation.suites.leakage.enabled:
        yield Problem(
            "data.canaries.count",
            f"{data.canaries.count} made-up secrets would be trained, and no suite would look for them",
            fix="tunewright set evaluation.suites.leakage.enabled=true",
        )
