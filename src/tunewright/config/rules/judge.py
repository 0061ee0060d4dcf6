"""Rules of `evaluation.judge`: somebody can be asked, and criteria name what it scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tunewright.config.judge_metrics import PREFIX, WIN_RATE
from tunewright.config.rules.endpoint import endpoint
from tunewright.config.schema.evaluation import Evaluation
from tunewright.config.schema.task import Task
from tunewright.errors import Problem

KEY = "evaluation.judge"


def judge(evaluation: Evaluation) -> Iterator[Problem]:
    """A judge is a server or a folder, and the contestant it compares with answers."""
    given = evaluation.judge
    asks_server = given.enabled and given.folder is None
    yield from endpoint(given.endpoint, f"{KEY}.endpoint", f"{KEY}.enabled" if asks_server else "")
    if given.enabled and given.against == "reference" and not evaluation.reference.enabled:
        what = "the reference is not asked: evaluation.reference.enabled is false"
        fix = "tunewright set evaluation.reference.enabled=true, or compare with few_shot or zero_shot"
        yield Problem(f"{KEY}.against", what, fix=fix)


def rubric(task: Task) -> Iterator[Problem]:
    """No dimension stands there twice."""
    for name, count in Counter(one.name for one in task.rubric).items():
        if count > 1:
            yield Problem("task.rubric", f"{name} stands there {count} times", fix="give each its own name")


def judge_criteria(task: Task, evaluation: Evaluation) -> Iterator[Problem]:
    """A criterion on the judge needs one, and names the contestant that it compares with."""
    for index, criterion in enumerate(task.acceptance):
        if not criterion.metric.startswith(PREFIX):
            continue
        key = f"task.acceptance.{index}"
        if not evaluation.judge.enabled:
            what = f"{criterion.metric} is not scored: {KEY}.enabled is false"
            yield Problem(f"{key}.metric", what, fix=f"tunewright set {KEY}.enabled=true")
        if criterion.slice:
            what = f"{criterion.metric} is scored on all rows together"
            yield Problem(f"{key}.slice", what, fix="remove it")
        if criterion.over is None:
            continue
        if criterion.metric == WIN_RATE:
            what = f"{WIN_RATE} compares two contestants already ({KEY}.against)"
            yield Problem(f"{key}.over", what, fix="remove it; 0.5 means equally good")
        elif criterion.over != evaluation.judge.against:
            what = f"the judge scores {evaluation.judge.against}, not {criterion.over} ({KEY}.against)"
            yield Problem(f"{key}.over", what, fix=f"compare with {evaluation.judge.against}")
