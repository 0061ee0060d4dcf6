"""Rules of `evaluation.suites`: a suite needs what it measures by."""

from __future__ import annotations

from collections.abc import Iterator

from tunewright.config.schema.data import Data
from tunewright.config.schema.evaluation import Evaluation
from tunewright.config.schema.task import Task
from tunewright.errors import Problem


def decisions(evaluation: Evaluation, task: Task) -> Iterator[Problem]:
    """Only an answer that is a decision can change with a name."""
    if evaluation.suites.bias.enabled and task.kind in ("generation", "chat"):
        yield Problem(
            "evaluation.suites.bias.enabled",
            f"the suite compares decisions, and the answers of a task of kind {task.kind} are free text",
            fix="tunewright set evaluation.suites.bias.enabled=false",
        )


def planted(evaluation: Evaluation, data: Data) -> Iterator[Problem]:
    """Secrets in the training rows serve the suite that looks for them, and nothing else."""
    if data.canaries.count and not evaluation.suites.leakage.enabled:
        yield Problem(
            "data.canaries.count",
            f"{data.canaries.count} made-up secrets would be trained, and no suite would look for them",
            fix="tunewright set evaluation.suites.leakage.enabled=true",
        )
