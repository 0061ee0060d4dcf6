"""Best first: by a metric of the tuned model, by validation loss or by training time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from tunewright.config.metrics import metric_of
from tunewright.errors import UsageError, unknown_name
from tunewright.evaluation.statistics import Interval
from tunewright.experiments.experiment import Experiment, State

LOSS, SECONDS = "validation_loss", "train_seconds"
LESS_IS_BETTER = (LOSS, SECONDS)
_BEHIND: tuple[State, ...] = get_args(State)


def first_metric(experiments: Sequence[Experiment], by: str | None) -> str:
    """What to rank by: what was asked for, else the first metric of the task.

    Raises:
        UsageError: nobody has been measured by that, or by anything.
    """
    known = list(dict.fromkeys(metric for one in experiments for metric in (*one.metrics, *one.tuned)))
    if by is not None and by not in (*known, *LESS_IS_BETTER):
        raise unknown_name("metric", by, [*known, *LESS_IS_BETTER])
    if by is not None:
        return by
    if not known and any(one.state in ("running", "queued", "pruned", "failed") for one in experiments):
        return LOSS
    if not known:
        raise UsageError("nothing has been computed here yet", fix="dvc repro")
    return known[0]


def best_first(experiments: Sequence[Experiment], metric: str) -> list[Experiment]:
    """The experiments in order: those without the value last, in the order in which they will have one."""

    def place(one: Experiment) -> tuple[bool, float, int]:
        value = measured(one, metric)
        badness = 0.0 if value is None else -value if higher_is_better(metric) else _off(metric, value)
        return value is None, badness, _BEHIND.index(one.state)

    return sorted(experiments, key=place)


def measured(experiment: Experiment, metric: str) -> float | None:
    """The experiment's value in a metric, or its validation loss or training time."""
    if metric == LOSS:
        return experiment.validation_loss
    if metric == SECONDS:
        return experiment.train_seconds
    score = experiment.tuned.get(metric)
    return None if score is None else score.value


def interval_of(experiment: Experiment, metric: str) -> Interval | None:
    """The interval of a metric; None for losses and times."""
    return experiment.tuned.get(metric)


def higher_is_better(metric: str) -> bool:
    """Whether more is better; a length ratio is best at 1."""
    return metric not in LESS_IS_BETTER and metric_of(metric).better == "higher"


def _off(metric: str, value: float) -> float:
    less = metric in LESS_IS_BETTER or metric_of(metric).better == "lower"
    return value if less else abs(value - 1)
