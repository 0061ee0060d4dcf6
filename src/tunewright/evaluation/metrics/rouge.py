"""ROUGE-1, ROUGE-2 and ROUGE-L of one answer against one reference.

Source: Lin 2004 (W04-1013). Equal to the package rouge-score without stemming, which takes ten times as long
(its table of common subsequences is a list of lists) and knows the words of a to z alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

WORD = re.compile(r"[^\W_]+")


def rouge(answer: str, reference: str) -> tuple[float, float, float]:
    """F1 of words, of pairs of words, and of the longest common subsequence of words, each 0 to 1."""
    given, right = (WORD.findall(text.lower()) for text in (answer, reference))
    common = (Counter(given) & Counter(right)).total()
    pairs, right_pairs = Counter(pairwise(given)), Counter(pairwise(right))
    return (
        _f1(common, len(given), len(right)),
        _f1((pairs & right_pairs).total(), pairs.total(), right_pairs.total()),
        _f1(common_subsequence(given, right), len(given), len(right)),
    )


def common_subsequence(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the longest common subsequence.

    Source: Hyyrö 2004, "Bit-parallel LCS-length computation revisited": a row of the table of lengths is an
    integer, whose zeros mark where the length grows.
    """
    places: dict[str, int] = {}
    for index, word in enumerate(one):
        places[word] = places.get(word, 0) | 1 << index
    full = (1 << len(one)) - 1
    row = full
    for word in other:
        matches = row & places.get(word, 0)
        row = ((row + matches) | (row - matches)) & full
    return len(one) - row.bit_count()


def _f1(common: int, given: int, right: int) -> float:
    return 2 * common / (given + right) if common else 0.0
