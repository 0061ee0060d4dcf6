"""McNemar's exact test: whether one contestant is right more often than another on the same rows.

Source: Q. McNemar (1947), Note on the sampling error of the difference between correlated proportions or
percentages, Psychometrika 12; exact by the binomial distribution of the rows on which they differ.
"""

from __future__ import annotations

from math import comb


def exact_mcnemar(fixed: int, broken: int) -> float:
    """The two-sided p-value, from 0 to 1; 1 where no row differs.

    Args:
        fixed: rows that only the second has right.
        broken: rows that only the first has right.
    """
    n, fewer = fixed + broken, min(fixed, broken)
    tail = sum(comb(n, k) for k in range(fewer + 1))
    p_value: float = 2 * tail / 2**n
    return min(1.0, p_value)
