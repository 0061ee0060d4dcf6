"""The prompt-only contestant: examples from the training split, put before the question as turns.

Method: in-context learning (Brown et al. 2020, arXiv:2005.14165), with examples drawn at random, or those
nearest to each question (Liu et al. 2022, "What Makes Good In-Context Examples for GPT-3?",
arXiv:2101.06804). Nearness there is that of sentence embeddings; here it is lexical, by BM25, the usual
baseline in that line of work (Rubin et al. 2022, arXiv:2112.08633): it needs no second model.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from tunewright.config.schema.evaluation import FewShot
from tunewright.data.rows import Message, Row, with_tools
from tunewright.errors import EvaluationError
from tunewright.evaluation.lexical_similarity import Bm25
from tunewright.models.chat import encode_prompt

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Prompt = tuple[Message, ...]


def choose_examples(train: Sequence[Row], rows: Sequence[Row], few_shot: FewShot) -> list[list[Row]]:
    """The examples of each test row, in the order in which they are shown; never of another split.

    Drawn by seed they are the same for all rows, shortest first. The nearest are each row's own, the nearest
    last, beside the question; equally near ones go by the draw.

    Args:
        train: the training rows; rows that stand there several times count once.
        rows: the test rows.
        few_shot: how many, and how they are chosen.

    Raises:
        EvaluationError: there are fewer than k training rows.
    """
    if few_shot.by == "seed":
        return [draw_examples(train, few_shot)] * len(rows)
    ordered = _in_order_of_the_draw(train, few_shot)
    index = Bm25([_asked(row) for row in ordered])
    return [[ordered[place] for place in index.nearest(_asked(row), few_shot.k)[::-1]] for row in rows]


def draw_examples(train: Sequence[Row], few_shot: FewShot) -> list[Row]:
    """Draw k different rows of the training split, shortest first.

    Raises:
        EvaluationError: there are fewer than k training rows.
    """
    drawn = _in_order_of_the_draw(train, few_shot)[: few_shot.k]
    return sorted(drawn, key=lambda row: (sum(len(turn.text) for turn in row.messages), row.id))


def _in_order_of_the_draw(train: Sequence[Row], few_shot: FewShot) -> list[Row]:
    """The rows by a hash of seed and id.

    So the draw depends on neither the order of the rows nor the platform, and adding rows rarely changes it.
    """
    train = list({row.id: row for row in train}.values())  # weights and balance repeat rows
    if len(train) < few_shot.k:
        raise EvaluationError(
            f"asks for {few_shot.k} examples, but there are {len(train)} training rows",
            where="evaluation.few_shot.k",
            fix=f"tunewright set evaluation.few_shot.k={max(len(train), 1)}",
        )
    return sorted(train, key=lambda row: hashlib.sha256(f"{few_shot.seed}:{row.id}".encode()).digest())


def _asked(row: Row) -> str:
    """What the user says in a row: instructions are the same everywhere, and its answer is what is asked."""
    return "\n".join(turn.content for turn in row.prompt if turn.role == "user")


def few_shot_prompt(row: Row, examples: Sequence[Row]) -> Prompt:
    """The row's prompt with the examples' turns between its system turn and its first question.

    An example's own system turn is left out: a conversation has one, and it is the row's. The tools are those
    of the row, which are as it declares them, and those of the examples.
    """
    system = tuple(turn for turn in row.prompt[:1] if turn.role == "system")
    shown = (turn for example in examples for turn in example.messages if turn.role != "system")
    tools = {tool.name: tool for one in reversed((row, *examples)) for tool in one.tools}
    own = [tool.name for tool in row.tools]
    ordered = (tools[name] for name in dict.fromkeys([*own, *tools]))
    return with_tools((*system, *shown, *row.prompt[len(system) :]), tuple(ordered))


def check_examples_fit(
    tokenizer: PreTrainedTokenizerBase,
    rows: Sequence[Row],
    examples: Sequence[Sequence[Row]],
    room: int | None,
    by: Literal["seed", "nearest"] = "seed",
) -> None:
    """Make sure that every prompt fits; k is never shrunk in silence.

    Args:
        tokenizer: of the model.
        rows: the test rows, instructions included.
        examples: of each row, in the order in which they are shown.
        room: tokens a prompt may have; None for no limit.
        by: how they were chosen: of drawn ones the shortest would stay, of near ones the nearest.

    Raises:
        EvaluationError: one does not; names the longest, and says how many of the examples would fit.
    """
    if room is None:
        return

    def longest(count: int) -> tuple[int, str]:
        lengths = (
            (len(encode_prompt(tokenizer, few_shot_prompt(row, _fewer(shown, count, by)))), row.id)
            for row, shown in zip(rows, examples, strict=True)
        )
        return max(lengths, default=(0, ""))

    k = max(map(len, examples), default=0)
    needed, row_id = longest(k)
    if needed <= room:
        return
    fitting = next((count for count in range(k - 1, 0, -1) if longest(count)[0] <= room), 0)
    which = "shortest" if by == "seed" else "nearest"
    raise EvaluationError(
        f"{k} examples make a prompt of {needed} tokens (row {row_id}) where the model has room for {room}; "
        + (f"the {which} {fitting} would fit" if fitting else "not one of them fits"),
        where="evaluation.few_shot.k",
        fix=f"tunewright set evaluation.few_shot.k={max(fitting, 1)}"
        + (" (other examples may be drawn)" if by == "seed" else "")
        + ", shorten training rows, or lower evaluation.max_new_tokens",
    )


def _fewer(examples: Sequence[Row], count: int, by: Literal["seed", "nearest"]) -> Sequence[Row]:
    return examples[:count] if by == "seed" else examples[-count:]
