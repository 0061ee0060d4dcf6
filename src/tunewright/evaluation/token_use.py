"""How many tokens prompts and answers take: what production will pay for, whatever the machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tunewright.config.schema.evaluation import Statistics
from tunewright.evaluation.metrics.score import Score, difference, ratios
from tunewright.evaluation.predictions import Contestant, Prediction
from tunewright.evaluation.statistics import Interval

TOKEN_USE = ("prompt_tokens", "answer_tokens")
"""What is counted, by the names that predictions have for it."""


@dataclass(frozen=True)
class TokenUse:
    """One contestant's tokens in one count.

    Attributes:
        mean: tokens a row.
        tuned_minus: the tuned model's mean minus this one on the same rows, below zero where it needs fewer.
    """

    mean: Interval
    tuned_minus: Interval


def token_use(
    predictions: Mapping[Contestant, Sequence[Prediction]], statistics: Statistics
) -> dict[str, dict[Contestant, TokenUse]]:
    """Count by name of the count and contestant.

    Args:
        predictions: of each contestant, on the same rows in the same order.
        statistics: of the intervals.
    """
    return {name: _compared(predictions, name, statistics) for name in TOKEN_USE}


def _compared(
    predictions: Mapping[Contestant, Sequence[Prediction]], name: str, statistics: Statistics
) -> dict[Contestant, TokenUse]:
    counts: dict[Contestant, Score] = {
        who: ratios([float(getattr(row, name)) for row in rows]) for who, rows in predictions.items()
    }
    tuned = counts["tuned"]
    return {
        who: TokenUse(score.interval(statistics), difference(tuned, score, statistics))
        for who, score in counts.items()
    }
