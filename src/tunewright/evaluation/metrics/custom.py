"""Metrics of the project itself: functions in `extensions/`, named `custom.NAME` in the task.

Source, range and direction: the function's own; its score lies between 0 and 1, higher is better.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from tunewright.errors import EvaluationError
from tunewright.evaluation.metrics.score import Score, shares
from tunewright.evaluation.predictions import Prediction
from tunewright.extensions import FOLDER, METRIC_PREFIX, Extensions, RowMetric, failure, source_place

LONGEST = 40
"""Characters of a wrong score that a message shows."""


def custom_metrics(names: Iterable[str], extensions: Extensions) -> dict[str, RowMetric]:
    """The project's functions for those of the names that begin with `custom.`, by full name.

    Raises:
        EvaluationError: a name is not registered in `extensions/`.
    """
    wanted = [name for name in dict.fromkeys(names) if name.startswith(METRIC_PREFIX)]
    for name in wanted:
        if name.removeprefix(METRIC_PREFIX) not in extensions.metrics:
            known = ", ".join(METRIC_PREFIX + other for other in sorted(extensions.metrics)) or "none"
            raise EvaluationError(
                f"{name} is not registered in {FOLDER}/ (registered: {known})",
                where="task.metrics",
                fix=f'decorate the function with @metric("{name.removeprefix(METRIC_PREFIX)}")',
            )
    return {name: extensions.metrics[name.removeprefix(METRIC_PREFIX)] for name in wanted}


def custom_scores(predictions: Sequence[Prediction], metrics: Mapping[str, RowMetric]) -> dict[str, Score]:
    """Score the answers of one contestant.

    Raises:
        TunewrightError: a function failed; names its file and line.
        EvaluationError: a function returned something else than a number between 0 and 1.
    """
    return {
        name: shares([_score(name, function, prediction) for prediction in predictions])
        for name, function in metrics.items()
    }


def _score(name: str, function: RowMetric, prediction: Prediction) -> float:
    try:
        score: object = function(prediction.prompt, prediction.reference, prediction.answer)
    except (Exception, SystemExit) as error:  # a project's code may raise anything
        raise failure(f"metric {name!r}, test row {prediction.id}", error) from error
    try:
        number = float(score)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(score, str) or not 0 <= number <= 1:
        raise EvaluationError(
            f"{name} returned {_cut(score)} for test row {prediction.id}; a number between 0 and 1 is wanted",
            where=source_place(function),
            fix="mend the function",
        )
    return number


def _cut(score: object) -> str:
    """The score as text, cut: it may hold an answer."""
    text = repr(score)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
