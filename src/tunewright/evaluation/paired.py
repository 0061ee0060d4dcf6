"""Two contestants on the same rows: how they differ, how likely that is by chance, what could be shown.

Sources: Q. McNemar (1947), Psychometrika 12, in its exact form, for yes or no by row; B. Efron and
R. Tibshirani (1993), chapter 16, shifted to no difference, for other scores; S. Holm (1979),
Scandinavian Journal of Statistics 6, for several comparisons at once; H. Bloom (1995), Evaluation Review
19, for the smallest difference that can be shown, as Card et al. (2020, 2020.emnlp-main.745) ask of
comparisons of models.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal

from tunewright.config.schema.evaluation import Statistics
from tunewright.evaluation.metrics.score import Score, difference_bounds
from tunewright.evaluation.resampling import Difference, resampled
from tunewright.evaluation.statistics import NO_WIDTH, Interval, interval_from, no_rows
from tunewright.proportions import two_sided_z

if TYPE_CHECKING:
    from tunewright.evaluation.resampling import FloatArray

Test = Literal["mcnemar", "bootstrap"]


@dataclass(frozen=True)
class Paired:
    """First against second on the same rows.

    Attributes:
        difference: first minus second, with the interval of a paired bootstrap.
        test: which one gave `p`.
        p: how often chance alone would make a difference at least as large, to either side.
        gained, lost: rows that only the first, only the second has right; null if rows have scores.
        detectable: the smallest true difference that these rows would show with `statistics.power`.
    """

    difference: Interval
    test: Test
    p: float
    gained: int | None
    lost: int | None
    detectable: float


def paired(first: Score, second: Score, statistics: Statistics) -> Paired:
    """Compare two contestants in one metric.

    Raises:
        EvaluationError: there are no rows.
    """
    n = len(first.rows)
    if n == 0:
        raise no_rows()
    statistic = Difference(first.over_rows, second.over_rows)
    value, scores = statistic.of_all(), resampled(statistic, n, statistics.bootstrap_samples)
    interval = interval_from(value, scores, n, statistics.confidence, difference_bounds(first, second))
    detectable = smallest_detectable(standard_error(scores, interval, statistics.confidence), statistics)
    if first.proportion and second.proportion:
        gained, lost = (int((rows > others).sum()) for rows, others in _both_ways(first, second))
        return Paired(interval, "mcnemar", mcnemar(gained, lost), gained, lost, detectable)
    return Paired(interval, "bootstrap", bootstrap_p(value, scores), None, None, detectable)


def mcnemar(gained: int, lost: int) -> float:
    """Two-sided p of the exact McNemar test: do both have equally many rows right that the other has wrong?

    Args:
        gained: rows that only the first has right.
        lost: rows that only the second has right.
    """
    n, least = gained + lost, min(gained, lost)
    if n == 0:
        return 1.0
    # The binomial tail in logarithms: 2**-n alone would be 0 from n = 1075 on.
    logs = [
        math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) - n * math.log(2)
        for k in range(least + 1)
    ]
    return min(1.0, 2 * math.fsum(map(math.exp, logs)))


def bootstrap_p(value: float, scores: FloatArray) -> float:
    """Two-sided p of no difference: the share of resamples that stray from the value as far as zero does.

    The observed one counts as a resample, so that p is never 0 (Davison and Hinkley 1997, chapter 4).

    Args:
        value: the difference.
        scores: the differences of resamples, shape (samples,).
    """
    import numpy as np

    beyond = int((np.abs(scores - value) >= abs(value) - NO_WIDTH).sum())
    return (1 + beyond) / (1 + len(scores))


def holm(ps: Sequence[float]) -> list[float]:
    """p values of comparisons made together, adjusted by Holm's step-down method, in the same order.

    Where those at most alpha are called differences, one is called wrongly with probability alpha at most.
    """
    order = sorted(range(len(ps)), key=lambda index: ps[index])
    adjusted, least = [0.0] * len(ps), 0.0
    for rank, index in enumerate(order):
        least = max(least, min(1.0, (len(ps) - rank) * ps[index]))
        adjusted[index] = least
    return adjusted


def standard_error(scores: FloatArray, interval: Interval, confidence: float) -> float:
    """Standard deviation of resamples; where all are alike, what the interval's width amounts to."""
    import numpy as np

    if np.ptp(scores) > NO_WIDTH:
        return float(scores.std(ddof=1))
    return (interval.high - interval.low) / 2 / two_sided_z(confidence)


def smallest_detectable(error: float, statistics: Statistics) -> float:
    """The smallest true difference whose interval lies above zero with probability `statistics.power`.

    Bloom's multiple of the standard error: z(1 - alpha/2) + z(power), 2.80 at 95 % and 80 %.
    """
    return error * (two_sided_z(statistics.confidence) + NormalDist().inv_cdf(statistics.power))


def _both_ways(first: Score, second: Score) -> tuple[tuple[FloatArray, FloatArray], ...]:
    return (first.rows, second.rows), (second.rows, first.rows)
