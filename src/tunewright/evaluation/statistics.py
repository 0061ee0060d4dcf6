"""Intervals: how sure a score or a difference is, given how few rows were asked.

Sources: E. B. Wilson (1927), Probable inference, JASA 22, for proportions; B. Efron and R. Tibshirani
(1993), An Introduction to the Bootstrap, chapters 13 and 16, for other scores and for differences
between contestants on the same rows. All intervals are two-sided.

A bootstrap over rows that all score the same has no width, which says nothing: another row might
have scored otherwise. Then the share of such other rows is bounded as Wilson bounds it (n of n rows
were alike), and they are granted the worst and the best score there is. For a score between 0 and 1
with every row at 1 this is exactly Wilson's interval for n of n.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from statistics import NormalDist
from typing import TYPE_CHECKING

from tunewright.errors import EvaluationError

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


def wilson(successes: float, n: int, confidence: float) -> tuple[float, float]:
    """Wilson's score interval for a proportion.

    Args:
        successes: from 0 to n.
        n: trials, at least 1.
        confidence: two-sided, e.g. 0.95.
    """
    z = _z(confidence)
    p = successes / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low = 0.0 if successes == 0 else max(0.0, centre - reach)
    high = 1.0 if successes == n else min(1.0, centre + reach)
    return low, high


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


def rows_needed(minimum: float, confidence: float, *, paired: bool) -> int | None:
    """The fewest rows with which even a perfect result could clear a minimum.

    Args:
        minimum: of the interval's lower bound.
        confidence: two-sided.
        paired: of a difference between contestants; perfect is 1 on every row against 0 on every row.

    Returns:
        The number of rows, None if no number would do.
    """
    if minimum >= 1:
        return None
    z2 = _z(confidence) ** 2
    unlike = (1 - minimum) / 2 if paired else 1 - minimum  # share of unlike rows that may be left open
    if unlike >= 1:
        return 1
    return max(1, math.ceil(z2 * (1 - unlike) / unlike - 1e-9))


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


def _z(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)


def _count(rows: FloatArray) -> int:
    if len(rows) == 0:
        raise _no_rows()
    return len(rows)


def _no_rows() -> EvaluationError:
    return EvaluationError("no rows to score", fix="check the test split: dvc repro prepare")
