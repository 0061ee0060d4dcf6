"""All metrics of a task on the predictions of one contestant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tunewright.config.schema.evaluation import Statistics
from tunewright.config.schema.task import OutputContract, TaskKind
from tunewright.evaluation.metrics.classification import classification_scores
from tunewright.evaluation.metrics.custom import custom_scores
from tunewright.evaluation.metrics.extraction import extraction_scores
from tunewright.evaluation.metrics.format_rules import format_scores
from tunewright.evaluation.metrics.score import Score, proportion, ratios
from tunewright.evaluation.metrics.text import text_scores
from tunewright.evaluation.predictions import Prediction
from tunewright.evaluation.statistics import Interval
from tunewright.extensions import RowMetric


def scores(
    predictions: Sequence[Prediction],
    *,
    kind: TaskKind,
    output: OutputContract,
    custom: Mapping[str, RowMetric],
) -> dict[str, Score]:
    """Score one contestant's answers: the kind's metrics, format rules, the project's own, `finished`,
    `prompt_truncated` and the numbers of tokens.

    Args:
        predictions: of one contestant.
        kind: of the task.
        output: the contract of an answer.
        custom: of `custom_metrics`.

    Raises:
        EvaluationError: a reference breaks the contract, or a custom metric fails.
    """
    return {
        **_of_kind(predictions, kind, output),
        **format_scores(predictions, output.format_rules),
        **custom_scores(predictions, custom),
        "finished": proportion([prediction.finished for prediction in predictions]),
        "prompt_truncated": proportion([prediction.prompt_truncated for prediction in predictions]),
        "prompt_tokens": ratios([prediction.prompt_tokens for prediction in predictions]),
        "answer_tokens": ratios([prediction.answer_tokens for prediction in predictions]),
    }


def measure(scored: Mapping[str, Score], statistics: Statistics) -> dict[str, Interval]:
    """Every score with its interval, as metrics/*.json holds them.

    Raises:
        EvaluationError: there are no rows.
    """
    return {name: score.interval(statistics) for name, score in scored.items()}


def _of_kind(predictions: Sequence[Prediction], kind: TaskKind, output: OutputContract) -> dict[str, Score]:
    match kind:
        case "extraction":
            return extraction_scores(predictions, output.json_schema or {}, output.field_rules)
        case "classification":
            return classification_scores(predictions, output.labels or ())
        case "generation" | "chat":
            return text_scores(predictions)
