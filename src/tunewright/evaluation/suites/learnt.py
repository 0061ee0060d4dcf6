"""No fixed question may stand in the training rows: what was learnt by heart measures nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tunewright.data.candidate import prompt_text
from tunewright.data.rows import Row
from tunewright.errors import EvaluationError
from tunewright.evaluation.suites.question import Question

OF_FIXED_ITEMS = ("regression", "safety")
"""Suites whose questions do not come from the project's rows."""
NAMED = 5


def refuse_learnt(asked: Mapping[str, Sequence[Question]], train: Sequence[Row]) -> None:
    """Stop where a training row asks what a suite asks, case, white space and punctuation aside.

    Args:
        asked: the questions of each suite that is on.
        train: the training rows.

    Raises:
        EvaluationError: names the items and the rows, never their texts.
    """
    rows = {prompt_text([turn for turn in row.prompt if turn.role != "system"]): row.id for row in train}
    found = [
        f"{name}: {question.id} is row {rows[text]}"
        for name in OF_FIXED_ITEMS
        for question in asked.get(name, ())
        if (text := prompt_text(question.messages)) in rows
    ]
    if found:
        count = "a question stands" if len(found) == 1 else f"{len(found)} questions stand"
        more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
        raise EvaluationError(
            f"{count} in the training rows ({'; '.join(found[:NAMED])}{more})",
            where="evaluation.suites",
            fix="take the rows out of data/raw/, the questions out of data/suites/, or switch the suite off",
        )
