"""Where the tuned model is better and where worse: differences by slice, tested together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tunewright.config.schema.evaluation import Statistics
from tunewright.evaluation.metrics.score import Score
from tunewright.evaluation.paired import Paired, holm, paired
from tunewright.evaluation.slices import Slice
from tunewright.evaluation.statistics import Interval


@dataclass(frozen=True)
class SliceDifference:
    """One slice, in one metric.

    Attributes:
        by, value: of the slice.
        n: its rows.
        tuned, other: both contestants' scores.
        paired: tuned against the other.
        p: of `paired`, adjusted by Holm's method for all slices of the table that are not too small;
            null for those that are.
    """

    by: str
    value: str
    n: int
    tuned: Interval
    other: Interval
    paired: Paired
    p: float | None


def slice_differences(
    tuned: Score, other: Score, slices: Sequence[Slice], statistics: Statistics, min_rows: int
) -> tuple[SliceDifference, ...]:
    """Compare two contestants in one metric on each slice.

    Args:
        tuned, other: scores on the same rows.
        slices: of these rows.
        statistics: of intervals and tests.
        min_rows: slices of fewer rows are not tested: they would only make the others' tests stricter.
    """
    import numpy as np

    of_rows = [np.array(part.rows) for part in slices]
    pairs = [(tuned.take(rows), other.take(rows)) for rows in of_rows]
    compared = [paired(first, second, statistics) for first, second in pairs]
    tested = [index for index, part in enumerate(slices) if len(part.rows) >= min_rows]
    adjusted = dict(zip(tested, holm([compared[index].p for index in tested]), strict=True))
    return tuple(
        SliceDifference(
            part.by,
            part.value,
            len(part.rows),
            first.interval(statistics),
            second.interval(statistics),
            found,
            adjusted.get(index),
        )
        for index, (part, (first, second), found) in enumerate(zip(slices, pairs, compared, strict=True))
    )
