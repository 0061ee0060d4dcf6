"""`Score`: one metric of one contestant, by row, and how rows make the whole."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tunewright.config.schema.evaluation import Statistics
from tunewright.evaluation.resampling import Difference, Statistic, mean_of
from tunewright.evaluation.statistics import Interval, bootstrap_interval, proportion_interval

if TYPE_CHECKING:
    from tunewright.evaluation.resampling import FloatArray, IntArray


@dataclass(frozen=True)
class Score:
    """A metric on the rows of a test set.

    Attributes:
        rows: score of each row, shape (rows,).
        proportion: every row scores 0 or 1 by the metric's nature.
        bounds: least and greatest score of a row.
        statistic: what the rows make together; None for their mean.
    """

    rows: FloatArray
    proportion: bool = False
    bounds: tuple[float, float] = (0.0, 1.0)
    statistic: Statistic | None = None

    @cached_property
    def over_rows(self) -> Statistic:
        """The score of resampled rows."""
        return self.statistic or mean_of(self.rows)

    def value(self) -> float:
        """The score itself; NaN if there are no rows."""
        return self.over_rows.of_all() if len(self.rows) else math.nan

    def take(self, rows: IntArray) -> Score:
        """The same metric on some of the rows."""
        statistic = None if self.statistic is None else self.statistic.take(rows)
        return Score(self.rows[rows], self.proportion, self.bounds, statistic)

    def interval(self, statistics: Statistics) -> Interval:
        """The score with its interval: Wilson for proportions, else bootstrap over rows.

        Raises:
            EvaluationError: there are no rows.
        """
        if self.proportion:
            return proportion_interval(self.rows, statistics.confidence)
        return bootstrap_interval(
            self.over_rows,
            len(self.rows),
            confidence=statistics.confidence,
            samples=statistics.bootstrap_samples,
            bounds=self.bounds,
        )


def difference(first: Score, second: Score, statistics: Statistics) -> Interval:
    """First minus second on the same rows, with the interval of a paired bootstrap.

    Raises:
        EvaluationError: there are no rows.
    """
    return bootstrap_interval(
        Difference(first.over_rows, second.over_rows),
        len(first.rows),
        confidence=statistics.confidence,
        samples=statistics.bootstrap_samples,
        bounds=difference_bounds(first, second),
    )


def difference_bounds(first: Score, second: Score) -> tuple[float, float]:
    """Least and greatest difference that a row can have."""
    widest = max(first.bounds[1], second.bounds[1]) - min(first.bounds[0], second.bounds[0])
    return -widest, widest


def shares(rows: Sequence[float]) -> Score:
    """A score between 0 and 1 whose mean counts."""
    return Score(_array(rows))


def proportion(rows: Sequence[bool]) -> Score:
    """A yes or no by row whose share of yes counts."""
    return Score(_array(rows), proportion=True)


def ratios(rows: Sequence[float]) -> Score:
    """A score without an upper bound: a row not seen is granted twice the greatest one seen, or 1."""
    return Score(_array(rows), bounds=(0.0, max(1.0, 2 * max(rows, default=0.0))))


def _array(rows: Sequence[float] | Sequence[bool]) -> FloatArray:
    import numpy as np

    return np.asarray(rows, dtype=np.float64)
