"""What a judge scores: the names that criteria have for it, and the dimensions that it goes by."""

from __future__ import annotations

from collections.abc import Sequence

from tunewright.config.schema.task import Dimension, Task

PREFIX = "judge."
WIN_RATE = f"{PREFIX}win_rate"
SCORE = f"{PREFIX}score."
DEFAULT = Dimension(
    name="quality", description="does what the task and its instructions ask, rightly and completely"
)


def dimensions(task: Task) -> Sequence[Dimension]:
    """The task's rubric; where it declares none, one dimension: does the answer do what is asked?"""
    return task.rubric or (DEFAULT,)


def judge_metrics(task: Task) -> tuple[str, ...]:
    """The names that criteria may use."""
    return (WIN_RATE, *(f"{SCORE}{one.name}" for one in dimensions(task)))
