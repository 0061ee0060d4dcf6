"""The prompt-only contestant: examples from the training split, put before the question as turns.

Method: in-context learning (Brown et al. 2020, arXiv:2005.14165), examples drawn at random.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tunewright.config.schema.evaluation import FewShot
from tunewright.data.rows import Message, Row
from tunewright.errors import EvaluationError
from tunewright.models.chat import encode_prompt

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Prompt = tuple[Message, ...]


def draw_examples(train: Sequence[Row], few_shot: FewShot) -> list[Row]:
    """Draw k different rows of the training split, shortest first; never reads another split.

    Rows are ordered by a hash of seed and id, so that the draw depends on neither the order of the
    rows nor the platform, and adding rows rarely changes it.

    Raises:
        EvaluationError: there are fewer than k training rows.
    """
    train = list({row.id: row for row in train}.values())  # weights and balance repeat rows
    if len(train) < few_shot.k:
        raise EvaluationError(
            f"asks for {few_shot.k} examples, but there are {len(train)} training rows",
            where="evaluation.few_shot.k",
            fix=f"tunewright set evaluation.few_shot.k={max(len(train), 1)}",
        )

    def lot(row: Row) -> bytes:
        return hashlib.sha256(f"{few_shot.seed}:{row.id}".encode()).digest()

    drawn = sorted(train, key=lot)[: few_shot.k]
    return sorted(drawn, key=lambda row: (sum(len(turn.content) for turn in row.messages), row.id))


def few_shot_prompt(row: Row, examples: Sequence[Row]) -> Prompt:
    """The row's prompt with the examples' turns between its system turn and its first question.

    An example's own system turn is left out: a conversation has one, and it is the row's.
    """
    system = tuple(turn for turn in row.prompt[:1] if turn.role == "system")
    shown = (turn for example in examples for turn in example.messages if turn.role != "system")
    return (*system, *shown, *row.prompt[len(system) :])


def check_examples_fit(
    tokenizer: PreTrainedTokenizerBase, rows: Sequence[Row], examples: Sequence[Row], room: int | None
) -> None:
    """Make sure that the longest prompt still fits; k is never shrunk in silence.

    Args:
        tokenizer: of the model.
        rows: the test rows, instructions included.
        examples: in the order in which they are shown.
        room: tokens a prompt may have; None for no limit.

    Raises:
        EvaluationError: it does not; says how many of the examples would fit.
    """
    if room is None:
        return

    def longest(count: int) -> int:
        prompts = (few_shot_prompt(row, examples[:count]) for row in rows)
        return max((len(encode_prompt(tokenizer, prompt)) for prompt in prompts), default=0)

    needed = longest(len(examples))
    if needed <= room:
        return
    fitting = next((count for count in range(len(examples) - 1, 0, -1) if longest(count) <= room), 0)
    raise EvaluationError(
        f"{len(examples)} examples make a prompt of {needed} tokens where the model has room for {room}; "
        + (f"the shortest {fitting} would fit" if fitting else "not one of them fits"),
        where="evaluation.few_shot.k",
        fix=f"tunewright set evaluation.few_shot.k={max(fitting, 1)} (other examples may be drawn), "
        "shorten training rows, or lower evaluation.max_new_tokens",
    )
