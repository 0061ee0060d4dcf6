"""`Engine`: prompts in, answers out; `generate` does the rest: order, batches, journal, predictions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tunewright.config.schema.evaluation import Engine as EngineName
from tunewright.data.rows import Message
from tunewright.errors import EvaluationError
from tunewright.evaluation.latency import Wait

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class Request:
    """A prompt.

    Attributes:
        id: of the row that it asks about; decides what is drawn for it.
        messages: the conversation.
        ids: the same as token ids, by the base model's chat template.
    """

    id: str
    messages: Sequence[Message]
    ids: list[int]


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes:
        text: special tokens left out.
        tokens: generated, the end-of-turn token included.
        finished: the model ended the answer by itself.
        prompt_tokens: as the engine counts.
    """

    text: str
    tokens: int
    finished: bool
    prompt_tokens: int


class Engine(Protocol):
    """Something that answers prompts by the settings it was made with.

    Attributes:
        name: as in `evaluation.engine`.
        tokenizer: of the base model.
        room: tokens a prompt may have so that the answer still fits the context; None for no limit.
    """

    name: EngineName
    tokenizer: PreTrainedTokenizerBase
    room: int | None

    def batch_size(self, requests: Sequence[Request], kept: Path) -> int:
        """Requests to be handed over at once; their number must be the same when a killed run goes on.

        Args:
            requests: all of them.
            kept: a file in the scratch of this very run, for a number that was found.
        """

    def answers(
        self, requests: Sequence[Request], batches: Sequence[Sequence[Request]]
    ) -> Iterator[list[Answer]]:
        """Answer batch after batch, each in its order.

        Args:
            requests: all of them, those included that an earlier run has answered.
            batches: those that are missing.
        """

    def timed(self, row_id: str, prompt: Sequence[Message]) -> Wait:
        """Ask one prompt by itself and say how long it took."""


def differ_nowhere(where: str, asked: int, what: str) -> EvaluationError:
    """That a tuned model is none.

    Args:
        where: its folder, or its name on the server.
        asked: how many test prompts were compared.
        what: of their answers was compared.
    """
    return EvaluationError(
        f"the tuned model answers exactly as the base model: on {asked} test prompts {what} are the same, so "
        "the adapter is not active or learnt nothing",
        where=where,
        fix="check metrics/train.json, then: dvc repro --force train",
    )
