"""How far people who judged the same things agree beyond chance.

Sources: J. Cohen (1960), A coefficient of agreement for nominal scales, Educational and Psychological
Measurement 20, for two; R. J. Light (1971), Measures of response agreement for qualitative data,
Psychological Bulletin 76, for more: the mean of Cohen's kappa over all pairs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True)
class Agreement:
    """How far two people agree.

    Attributes:
        first, second: who.
        rows: that both judged.
        alike: of these, judged alike.
        kappa: Cohen's kappa, 1 for full agreement, 0 for that of chance; null where each gave one
            verdict to all rows, since chance alone would then agree.
    """

    first: str
    second: str
    rows: int
    alike: int
    kappa: float | None


def cohen_kappa(one: Sequence[Hashable], other: Sequence[Hashable]) -> float | None:
    """Cohen's kappa; None where each gave one and the same verdict to all rows.

    Args:
        one, other: verdicts of two people on the same rows, at least one.
    """
    n = len(one)
    observed = sum(a == b for a, b in zip(one, other, strict=True))
    first, second = Counter(one), Counter(other)
    chance = sum(count * second[verdict] for verdict, count in first.items())
    # In whole numbers, so that agreement by chance alone is found without rounding.
    return None if chance == n * n else (observed * n - chance) / (n * n - chance)


def agreements(said: Mapping[str, Mapping[str, Hashable]]) -> tuple[Agreement, ...]:
    """Of any two people who judged some of the same rows.

    Args:
        said: who -> row -> verdict.
    """
    found = []
    for (first, one), (second, other) in combinations(said.items(), 2):
        both = sorted(one.keys() & other.keys())
        if both:
            alike = sum(one[key] == other[key] for key in both)
            kappa = cohen_kappa([one[key] for key in both], [other[key] for key in both])
            found.append(Agreement(first, second, len(both), alike, kappa))
    return tuple(found)


def light_kappa(pairs: Sequence[Agreement]) -> float | None:
    """The mean of Cohen's kappa over pairs; None where no pair has one."""
    known = [pair.kappa for pair in pairs if pair.kappa is not None]
    return sum(known) / len(known) if known else None
