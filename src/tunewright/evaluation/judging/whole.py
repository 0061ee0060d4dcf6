"""`judged_whole`: a judge's work with its numbers and how far people agree with it, for the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tunewright.config.schema.evaluation import Statistics
from tunewright.config.schema.task import TaskKind
from tunewright.data.candidate import digest
from tunewright.evaluation.judging.results import (
    Judged,
    JudgeResults,
    WithPeople,
    judge_results,
    with_people,
)
from tunewright.evaluation.judging.use import JudgeUse
from tunewright.evaluation.people.pairs import shown
from tunewright.evaluation.people.record import Comparisons
from tunewright.evaluation.predictions import Contestant, Prediction


@dataclass(frozen=True)
class JudgedWhole:
    """Everything that is known of a judge's work.

    Attributes:
        judged: judgements.
        use: what they took.
        results: their numbers.
        people: how far each rater agrees with it.
    """

    judged: Judged
    use: JudgeUse
    results: JudgeResults
    people: Sequence[WithPeople]


def judged_whole(
    judged: Judged,
    use: JudgeUse,
    statistics: Statistics,
    answers: Mapping[Contestant, Sequence[Prediction]],
    comparisons: Comparisons,
    kind: TaskKind,
) -> JudgedWhole | None:
    """Sum up a judge's work; None where no judge was asked.

    Args:
        judged: its judgements.
        use: what they took.
        statistics: of the intervals.
        answers: of the contestants, which the judge saw.
        comparisons: what people chose.
        kind: of the task.
    """
    if not judged.rows:
        return None
    hashes = {
        one.id: (digest(shown(one.answer, kind)), digest(shown(other.answer, kind)))
        for one, other in zip(answers["tuned"], answers[judged.against], strict=True)
    }
    return JudgedWhole(
        judged, use, judge_results(judged, statistics), with_people(judged, hashes, comparisons)
    )
