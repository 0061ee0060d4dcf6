"""`row_changes`: what became of each row between two models: fixed, broken, or as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tunewright.config.schema.evaluation import Statistics
from tunewright.errors import EvaluationError
from tunewright.evaluation.metrics.score import Score, difference
from tunewright.evaluation.paired import mcnemar
from tunewright.evaluation.predictions import Prediction
from tunewright.evaluation.statistics import Interval

Outcome = Literal["fixed", "broken", "both_right", "both_wrong", "better", "worse", "unchanged"]

OF_PROPORTIONS: tuple[Outcome, ...] = ("fixed", "broken", "both_right", "both_wrong")
"""Where an answer is right or wrong."""

OF_GRADES: tuple[Outcome, ...] = ("better", "worse", "unchanged")
"""Where an answer has a score; a mean of rows says nothing of right and wrong."""

SAME = 1e-12


@dataclass(frozen=True)
class RowChange:
    """One row under both models.

    Attributes:
        outcome: what became of it.
        first, second: the answers.
        first_score, second_score: of these, in the metric that is compared.
    """

    outcome: Outcome
    first: Prediction
    second: Prediction
    first_score: float
    second_score: float


@dataclass(frozen=True)
class RowChanges:
    """Two models on the same rows, in one metric.

    Attributes:
        metric: that is compared.
        outcomes: that a row can have, in the order in which they are told.
        rows: in the order of the test set.
        first, second: the scores with their intervals.
        difference: second minus first, with the interval of a paired bootstrap.
        p_value: of McNemar's exact test; null where answers are graded, not right or wrong.
    """

    metric: str
    outcomes: tuple[Outcome, ...]
    rows: tuple[RowChange, ...]
    first: Interval
    second: Interval
    difference: Interval
    p_value: float | None

    def of(self, outcome: Outcome) -> tuple[RowChange, ...]:
        """The rows with an outcome: those that moved most first, else in the order of the test set."""
        rows = [row for row in self.rows if row.outcome == outcome]
        return tuple(sorted(rows, key=lambda row: -abs(row.second_score - row.first_score)))


def row_changes(
    metric: str,
    first: Sequence[Prediction],
    second: Sequence[Prediction],
    first_score: Score,
    second_score: Score,
    statistics: Statistics,
) -> RowChanges:
    """Compare two models row by row.

    Args:
        metric: of which the scores are.
        first, second: their answers to the same rows, in the same order.
        first_score, second_score: the scores of these answers.
        statistics: of the intervals.

    Raises:
        EvaluationError: there are no rows, or they are not the same.
    """
    if [row.id for row in first] != [row.id for row in second]:
        raise EvaluationError("the two have answered different rows, so they cannot be compared")
    graded = not first_score.proportion
    rows = tuple(
        RowChange(_outcome(before, after, graded=graded), one, other, before, after)
        for one, other, before, after in zip(
            first, second, first_score.rows.tolist(), second_score.rows.tolist(), strict=True
        )
    )
    fixed, broken = (sum(row.outcome == outcome for row in rows) for outcome in ("fixed", "broken"))
    return RowChanges(
        metric=metric,
        outcomes=OF_GRADES if graded else OF_PROPORTIONS,
        rows=rows,
        first=first_score.interval(statistics),
        second=second_score.interval(statistics),
        difference=difference(second_score, first_score, statistics),
        p_value=None if graded else mcnemar(fixed, broken),
    )


def _outcome(before: float, after: float, *, graded: bool) -> Outcome:
    if graded:
        return "unchanged" if abs(after - before) <= SAME else "better" if after > before else "worse"
    if before == after:
        return "both_right" if after else "both_wrong"
    return "fixed" if after else "broken"
