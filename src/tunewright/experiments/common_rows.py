"""The rows on which two revisions can be compared: all, if they are the same, else those in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tunewright.errors import UsageError
from tunewright.evaluation.predictions import Prediction
from tunewright.experiments.answers import Answers

SHORT = 8


@dataclass(frozen=True)
class CommonRows:
    """Two models' answers to the same rows, in the same order.

    Attributes:
        first, second: the answers.
        left_out: how many answers of the first and of the second are not among them.
    """

    first: Sequence[Prediction]
    second: Sequence[Prediction]
    left_out: tuple[int, int] = (0, 0)


def common_rows(first: Answers, second: Answers, *, allow_others: bool) -> CommonRows:
    """Take the rows that both have answered: same id, same question, same right answer.

    Args:
        first, second: of the two revisions.
        allow_others: there may be rows that only one has answered; they are left out.

    Raises:
        UsageError: the rows are not the same and may not differ, or have nothing in common.
    """
    ours, theirs = list(map(_row, first.predictions)), list(map(_row, second.predictions))
    if first.test_rows == second.test_rows and ours == theirs:
        return CommonRows(first.predictions, second.predictions)
    by_row = dict(zip(theirs, second.predictions, strict=True))
    pairs = [
        (prediction, by_row[row])
        for row, prediction in zip(ours, first.predictions, strict=True)
        if row in by_row
    ]
    if not allow_others or not pairs:
        hashes = f"{first.test_rows[:SHORT]} and {second.test_rows[:SHORT]}"
        raise UsageError(
            f"{first.name} and {second.name} were scored on different test rows ({hashes}): "
            f"{len(ours)} and {len(theirs)}, of which {len(pairs)} are in both",
            fix="add --common-rows to compare those alone"
            if pairs
            else "choose revisions of the same test set",
        )
    left_out = len(ours) - len(pairs), len(theirs) - len(pairs)
    return CommonRows([one for one, _ in pairs], [other for _, other in pairs], left_out)


def _row(prediction: Prediction) -> tuple[str, str, str]:
    return prediction.id, prediction.prompt, prediction.reference
