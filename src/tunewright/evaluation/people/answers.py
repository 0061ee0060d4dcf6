"""The answers of all contestants, as the stages before the report have written them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tunewright.artifacts import BASELINE, EVALUATION, REFERENCE
from tunewright.errors import UsageError, unknown_name
from tunewright.evaluation.compare import check_same_rows
from tunewright.evaluation.predictions import PREDICTIONS, Prediction, read_predictions


def answers_of_all(root: Path, *, with_reference: bool) -> dict[str, list[Prediction]]:
    """Every contestant's answers, in the order of the files.

    Args:
        root: the project's folder.
        with_reference: whether there is one (`evaluation.reference.enabled`).

    Raises:
        TunewrightError: a file is missing or damaged.
    """
    found: dict[str, list[Prediction]] = {}
    for folder in (BASELINE, EVALUATION, *([REFERENCE] if with_reference else [])):
        for one in read_predictions(root / folder / PREDICTIONS):
            found.setdefault(one.contestant, []).append(one)
    return found


def two_of(
    answers: dict[str, list[Prediction]], first: str, second: str
) -> tuple[Sequence[Prediction], Sequence[Prediction]]:
    """The answers of two contestants to the same rows.

    Raises:
        UsageError: one of them is no contestant, or they are the same.
        EvaluationError: they have answered other rows.
    """
    for name in (first, second):
        if name not in answers:
            raise unknown_name("contestant", name, list(answers))
    if first == second:
        raise UsageError(
            f"{first} cannot be compared with itself", where="--against", fix=f"one of: {', '.join(answers)}"
        )
    check_same_rows(answers[first], answers[second])
    return answers[first], answers[second]
