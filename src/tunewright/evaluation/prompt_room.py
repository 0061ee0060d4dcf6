"""`evaluation.too_long`: prompts that leave no room for an answer are refused, or cut and counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tunewright.config.schema.evaluation import Evaluation
from tunewright.data.rows import Message, Row
from tunewright.errors import EvaluationError
from tunewright.models.chat import encode_prompt
from tunewright.models.context import room_for_prompt
from tunewright.models.load import Loading, load_config
from tunewright.models.truncate import truncate

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Prompt = tuple[Message, ...]
NAMED_ROWS = 5


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

    With `error` nothing is looked at: `generate` refuses prompts without room.

    Args:
        tokenizer: of the model.
        rows: what the prompts ask for.
        prompts: one a row; examples before the question count as its oldest part.
        room: of `prompt_room`.
        evaluation: the setting.

    Raises:
        EvaluationError: what may not be cut leaves no room for a question; names the rows.
    """
    if room is None or evaluation.too_long == "error":
        return FittedPrompts([*prompts], frozenset())

    def fits(prompt: Prompt) -> bool:
        return len(encode_prompt(tokenizer, prompt)) <= room

    fitted = [prompt if fits(prompt) else truncate(prompt, fits) for prompt in prompts]
    found = [prompt for prompt in fitted if prompt is not None]
    if len(found) < len(fitted):
        refused = [row.id for row, prompt in zip(rows, fitted, strict=True) if prompt is None]
        more = ", ..." if len(refused) > NAMED_ROWS else ""
        raise EvaluationError(
            f"the model has room for prompts of {room} tokens beside the answer, which leaves none for the "
            f"question, however much of it is cut, in {len(refused)} rows: "
            f"{', '.join(refused[:NAMED_ROWS])}{more}",
            where="evaluation.max_new_tokens",
            fix="shorten task.instructions, lower evaluation.max_new_tokens, or choose a model with a longer "
            "context",
        )
    cut = (row.id for row, whole, prompt in zip(rows, prompts, found, strict=True) if whole is not prompt)
    return FittedPrompts(found, frozenset(cut))
