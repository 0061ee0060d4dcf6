"""Intervals: how sure a score or a difference is, given how few rows were asked.

Sources: `tunewright.proportions` for proportions; B. Efron and R. Tibshirani
(1993), An Introduction to the Bootstrap, chapters 13 and 16, for other scores and for differences
between contestants on the same rows. All intervals are two-sided.

A bootstrap over rows that all score the same has no width, which says nothing: another row might
have scored otherwise. Then the share of such other rows is bounded as Wilson bounds it (n of n rows
were alike), and they are granted the worst and the best score there is. For a score between 0 and 1
with every row at 1 this is exactly Wilson's interval for n of n.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING

from tunewright.errors import EvaluationError
from tunewright.proportions import wilson

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

Statistic = Callable[["IntArray"], "FloatArray"]
"""Row indices of resamples, shape (samples, rows), to the score of each resample, shape (samples,)."""

SEED = 0  # of the resamples: intervals are as reproducible as the scores
RESAMPLED_AT_ONCE = 2_000_000  # row indices, 16 MB
NO_WIDTH = 1e-12


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
    statistic: Statistic, n: int, *, confidence: float, samples: int, bounds: tuple[float, float]
) -> Interval:
    """Percentile bootstrap over rows, seeded.

    Args:
        statistic: scores resamples; see `mean_of` and `difference_of`.
        n: rows.
        confidence: two-sided.
        samples: number of resamples.
        bounds: least and greatest score that a row can have; used where no resample differs.

    Raises:
        EvaluationError: there are no rows.
    """
    import numpy as np

    if n == 0:
        raise _no_rows()
    value = float(statistic(np.arange(n)[None, :])[0])
    scores = np.concatenate([statistic(indices) for indices in _resamples(n, samples)])
    if np.ptp(scores) <= NO_WIDTH:
        return _all_alike(value, n, confidence, bounds)
    low, high = np.quantile(scores, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(value, float(low), float(high), n)


def mean_of(rows: FloatArray) -> Statistic:
    """The mean over rows as a statistic of resamples."""

    def mean(indices: IntArray) -> FloatArray:
        means: FloatArray = rows[indices].mean(axis=1)
        return means

    return mean


def difference_of(first: Statistic, second: Statistic) -> Statistic:
    """First minus second on the same resampled rows: the paired bootstrap."""
    return partial(_difference, first, second)


def _difference(first: Statistic, second: Statistic, indices: IntArray) -> FloatArray:
    return first(indices) - second(indices)


def _all_alike(value: float, n: int, confidence: float, bounds: tuple[float, float]) -> Interval:
    unlike = 1 - wilson(n, n, confidence)[0]
    return Interval(value, value - unlike * (value - bounds[0]), value + unlike * (bounds[1] - value), n)


def _resamples(n: int, samples: int) -> Iterator[IntArray]:
    import numpy as np

    random = np.random.Generator(np.random.PCG64(SEED))
    step = max(1, RESAMPLED_AT_ONCE // n)
    for start in range(0, samples, step):
        yield random.integers(0, n, size=(min(step, samples - start), n))


def _count(rows: FloatArray) -> int:
    if len(rows) == 0:
        raise _no_rows()
    return len(rows)


def _no_rows() -> EvaluationError:
    return EvaluationError("no rows to score", fix="check the test split: dvc repro prepare")
