"""Shares of rows: how sure one is, and how many rows would make it sure.

Source: E. B. Wilson (1927), Probable inference, JASA 22. All intervals are two-sided.
"""

from __future__ import annotations

import math
from statistics import NormalDist


def wilson(successes: float, n: int, confidence: float) -> tuple[float, float]:
    """Wilson's score interval for a proportion.

    Args:
        successes: from 0 to n.
        n: trials, at least 1.
        confidence: two-sided, e.g. 0.95.
    """
    z = two_sided_z(confidence)
    p = successes / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low = 0.0 if successes == 0 else max(0.0, centre - reach)
    high = 1.0 if successes == n else min(1.0, centre + reach)
    return low, high


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
    z2 = two_sided_z(confidence) ** 2
    unlike = (1 - minimum) / 2 if paired else 1 - minimum  # share of unlike rows that may be left open
    if unlike >= 1:
        return 1
    return max(1, math.ceil(z2 * (1 - unlike) / unlike - 1e-9))


def rows_to_tell(share: float, minimum: float, confidence: float) -> int | None:
    """How many rows tell a share from a minimum: Wilson's interval then leaves the minimum out.

    Args:
        share: as observed, 0 to 1; taken to stay as it is.
        minimum: 0 to 1, both excluded.
        confidence: two-sided.

    Returns:
        The number of rows, None if the two are equal.
    """
    if share == minimum:
        return None
    return math.ceil((two_sided_z(confidence) ** 2) * minimum * (1 - minimum) / (share - minimum) ** 2 - 1e-9)


def two_sided_z(confidence: float) -> float:
    """How many standard errors an interval of this confidence reaches to each side, if all is normal."""
    return NormalDist().inv_cdf((1 + confidence) / 2)
