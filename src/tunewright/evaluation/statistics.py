"""Intervals: how sure a score or a difference is, given how few rows were asked.

Sources: `tunewright.proportions` for proportions; B. Efron and R. Tibshirani
(1993), An Introduction to the Bootstrap, chapters 13 and 16, for other scores and for differences
between contestants on the same rows (`resampling`). All intervals are two-sided.

A bootstrap over rows that all score the same has no width, which says nothing: another row might
have scored otherwise. Then the share of such other rows is bounded as Wilson bounds it (n of n rows
were alike), and they are granted the worst and the best score there is. For a score between 0 and 1
with every row at 1 this is exactly Wilson's interval for n of n.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from tunewright.errors import EvaluationError
from tunewright.evaluation.resampling import Difference, Statistic, resampled
from tunewright.proportions import wilson

if TYPE_CHECKING:
    from tunewright.evaluation.resampling import FloatArray

NO_WIDTH = 1e-9


@dataclass(frozen=True)
class Interval:
    """A score or difference with its interval.

    Attributes:
        value: the point estimate.
        low, high: bounds at the confidence asked for.
        n: rows.
    """

    value: float
    low: float
    high: float
    n: int

    def as_dict(self) -> dict[str, float | int]:
        """The interval as plain JSON values."""
        return asdict(self)


def proportion_interval(rows: FloatArray, confidence: float) -> Interval:
    """Share of ones among rows of 0 and 1, with Wilson's interval.

    Raises:
        EvaluationError: there are no rows.
    """
    n = _count(rows)
    low, high = wilson(float(rows.sum()), n, confidence)
    return Interval(float(rows.mean()), low, high, n)


def bootstrap_interval(
    statistic: Statistic | Difference, n: int, *, confidence: float, samples: int, bounds: tuple[float, float]
) -> Interval:
    """Percentile bootstrap over rows, seeded.

    Args:
        statistic: scores resamples; see `resampling`.
        n: rows.
        confidence: two-sided.
        samples: number of resamples.
        bounds: least and greatest score that a row can have; used where no resample differs.

    Raises:
        EvaluationError: there are no rows.
    """
    if n == 0:
        raise no_rows()
    return interval_from(statistic.of_all(), resampled(statistic, n, samples), n, confidence, bounds)


def interval_from(
    value: float, scores: FloatArray, n: int, confidence: float, bounds: tuple[float, float]
) -> Interval:
    """The interval that the scores of resamples give; see `bootstrap_interval`."""
    import numpy as np

    if np.ptp(scores) <= NO_WIDTH:
        return _all_alike(value, n, confidence, bounds)
    low, high = np.quantile(scores, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(value, float(low), float(high), n)


def _all_alike(value: float, n: int, confidence: float, bounds: tuple[float, float]) -> Interval:
    unlike = 1 - wilson(n, n, confidence)[0]
    return Interval(value, value - unlike * (value - bounds[0]), value + unlike * (bounds[1] - value), n)


def _count(rows: FloatArray) -> int:
    if len(rows) == 0:
        raise no_rows()
    return len(rows)


def no_rows() -> EvaluationError:
    """What there is to say of an empty test set."""
    return EvaluationError("no rows to score", fix="check the test split: dvc repro prepare")
