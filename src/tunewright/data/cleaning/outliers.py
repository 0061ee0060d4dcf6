"""Rows whose prompt or answer is far longer or shorter than those of the same source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tunewright.data.candidate import Candidate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAST_ROWS = 50
"""A source with fewer rows says too little about what is usual."""
LEAST_FACTOR = 3.0
"""An outlier is this many times longer or shorter than the median, however little the others differ."""
_OF_A_NORMAL = 1.4826
"""Median absolute deviation times this estimates the standard deviation of a normal distribution."""


def length_outliers(rows: Sequence[Candidate], deviations: float, *, answers: bool) -> set[int]:
    """The numbers of rows whose length is an outlier.

    The modified z-score on the logarithm of the length in characters: distance from the median in units of
    the median absolute deviation. Both stay what they are while fewer than half of the rows are outliers.

    Source: Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993), who advise 3.5 for a normal
    distribution; lengths have longer tails even as logarithms, hence the higher default.

    Args:
        rows: of all sources.
        deviations: `data.cleaning.length_deviations`.
        answers: answers are looked at too, for they are free text.
    """
    by_source: dict[str, list[Candidate]] = {}
    for row in rows:
        by_source.setdefault(row.place.file, []).append(row)
    found: set[int] = set()
    for members in by_source.values():
        if len(members) >= LEAST_ROWS:
            lengths = [[row.prompt_length for row in members]]
            lengths += [[row.answer_length for row in members]] if answers else []
            for one in lengths:
                far = _far_from_median(one, deviations)
                found.update(row.number for row, is_far in zip(members, far, strict=True) if is_far)
    return found


def _far_from_median(lengths: Iterable[int], deviations: float) -> NDArray[np.bool_]:
    """Which lengths are outliers; none where more than half of them are equal."""
    import numpy as np

    # Rounded, since the last bit of a logarithm differs from machine to machine.
    logs = np.round(np.log(np.maximum(np.asarray(lengths, dtype=np.float64), 1.0)), 9)
    distance = np.abs(logs - np.median(logs))
    deviation = _OF_A_NORMAL * np.median(distance)
    if not deviation:
        return np.zeros(len(logs), dtype=np.bool_)
    far: NDArray[np.bool_] = distance > max(deviations * deviation, np.log(LEAST_FACTOR))
    return far
