"""`evaluation.too_long`: prompts that leave no room for an answer are refused, or cut and counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tunewright.config.schema.evaluation import Evaluation
from tunewright.data.rows import Message, Row
from tunewright.models.chat import encode_prompt
from tunewright.models.context import room_for_prompt
from tunewright.models.load import Loading, load_config
from tunewright.models.truncate import truncate

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Prompt = tuple[Message, ...]


@dataclass(frozen=True)
class FittedPrompts:
    """Prompts as they are asked.

    Attributes:
        prompts: one a row, in the rows' order.
        truncated: ids of the rows whose prompt was cut.
    """

    prompts: list[Prompt]
    truncated: frozenset[str]


def prompt_room(loading: Loading, evaluation: Evaluation) -> int | None:
    """Tokens a prompt may have so that the answer still fits the model's context; None for no limit.

    Raises:
        ModelError: the model's config cannot be read.
    """
    return room_for_prompt(load_config(loading), evaluation.max_new_tokens)


def fit_prompts(
    tokenizer: PreTrainedTokenizerBase,
    rows: Sequence[Row],
    prompts: Sequence[Prompt],
    room: int | None,
    evaluation: Evaluation,
) -> FittedPrompts:
    """The prompts; with `too_long: truncate` those that are too long without their oldest part.

    What stays too long (by the setting, or since the instructions alone are) is left whole: `generate`
    refuses it and names the rows.

    Args:
        tokenizer: of the model.
        rows: what the prompts ask for.
        prompts: one a row; examples before the question count as its oldest part.
        room: of `prompt_room`.
        evaluation: the setting.
    """
    if room is None or evaluation.too_long == "error":
        return FittedPrompts([*prompts], frozenset())

    def fits(prompt: Prompt) -> bool:
        return len(encode_prompt(tokenizer, prompt)) <= room

    shorter = {
        row.id: found
        for row, prompt in zip(rows, prompts, strict=True)
        if not fits(prompt) and (found := truncate(prompt, fits)) is not None
    }
    return FittedPrompts(
        [shorter.get(row.id, prompt) for row, prompt in zip(rows, prompts, strict=True)], frozenset(shorter)
    )
