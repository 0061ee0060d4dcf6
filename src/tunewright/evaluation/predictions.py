"""`Prediction`: one answer of one contestant, as it stands in artifacts/*/predictions.jsonl."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tunewright.artifacts import read_jsonl, write_jsonl

PREDICTIONS = "predictions.jsonl"

Contestant = Literal["zero_shot", "few_shot", "reference", "tuned"]
TITLES: dict[Contestant, str] = {
    "zero_shot": "base model, zero-shot",
    "few_shot": "base model, few-shot",
    "tuned": "tuned model",
}
"""What each is called while it answers."""


@dataclass(frozen=True)
class Prediction:
    """What a contestant answered to a row.

    Attributes:
        id: of the row.
        contestant: who answered.
        prompt: the last user turn.
        reference: the right answer.
        answer: as generated, special tokens left out.
        prompt_tokens: of the whole prompt, instructions and examples included.
        answer_tokens: generated, the end-of-turn token included.
        finished: an end-of-turn token came before the limit of new tokens.
        meta: the row's further fields.
        prompt_truncated: the prompt's oldest part was cut, since the whole left no room for an answer.
        reference_nll: negative log-likelihood of the reference in nats, summed over its tokens; null unless
            `task.metrics` names perplexity.
        reference_tokens: of the reference, the end-of-turn token included; null likewise.
        label_nll: of each label as the answer, in the order of the labels; null unless `task.metrics` names
            calibration_error.
    """

    id: str
    contestant: Contestant
    prompt: str
    reference: str
    answer: str
    prompt_tokens: int
    answer_tokens: int
    finished: bool
    meta: dict[str, str] = field(default_factory=dict)
    prompt_truncated: bool = False
    reference_nll: float | None = None
    reference_tokens: int | None = None
    label_nll: list[float] | None = None


def write_predictions(path: Path, predictions: Iterable[Prediction]) -> None:
    """Write predictions as JSONL, keys in the order of the fields."""
    write_jsonl(path, (vars(prediction) for prediction in predictions))


def read_predictions(path: Path) -> Sequence[Prediction]:
    """Read predictions that `baseline` or `evaluate` wrote.

    Raises:
        TunewrightError: the file is missing or damaged.
    """
    return [Prediction(**raw) for raw in read_jsonl(path)]


def of_contestant(predictions: Iterable[Prediction], contestant: Contestant) -> Sequence[Prediction]:
    """One contestant's predictions, in the order of the file."""
    return [prediction for prediction in predictions if prediction.contestant == contestant]
