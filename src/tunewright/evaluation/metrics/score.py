"""`Score`: one metric of one contestant, by row, and how rows make the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tunewright.config.schema.evaluation import Statistics
from tunewright.evaluation.statistics import (
    Interval,
    Statistic,
    bootstrap_interval,
    difference_of,
    mean_of,
    proportion_interval,
)

if TYPE_CHECKING:
    from tunewright.evaluation.statistics import FloatArray


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

    @property
    def over_rows(self) -> Statistic:
        """The score of resampled rows."""
        return self.statistic or mean_of(self.rows)

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
    widest = max(first.bounds[1], second.bounds[1]) - min(first.bounds[0], second.bounds[0])
    return bootstrap_interval(
        difference_of(first.over_rows, second.over_rows),
        len(first.rows),
        confidence=statistics.confidence,
        samples=statistics.bootstrap_samples,
        bounds=(-widest, widest),
    )


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
