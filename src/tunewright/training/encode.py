"""Rows as tokens and labels, checked before any training: nothing too long, nothing untrained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tunewright.data.rows import Row
from tunewright.errors import TrainingError
from tunewright.models.chat import encode_example, end_of_turn_ids

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

IGNORED = -100
"""The label of a token that the loss leaves out; the value that cross entropy knows."""

NAMED_ROWS = 5


@dataclass(frozen=True)
class EncodedRow:
    """One training example.

    Attributes:
        id: of the row.
        input_ids: prompt and answer.
        labels: the answer's tokens, and `IGNORED` in place of the prompt's; as long as input_ids.
    """

    id: str
    input_ids: tuple[int, ...]
    labels: tuple[int, ...]

    def __len__(self) -> int:
        """Number of tokens."""
        return len(self.input_ids)

    @property
    def trained_tokens(self) -> int:
        """Tokens on which the loss is taken; the first token of a row is never predicted."""
        return sum(label != IGNORED for label in self.labels[1:])


def encode_rows(
    tokenizer: PreTrainedTokenizerBase, rows: Sequence[Row], *, instructions: str, max_length: int, split: str
) -> list[EncodedRow]:
    """Encode rows with the task's instructions; the loss is on the last assistant turn alone.

    Args:
        tokenizer: the base model's.
        rows: of one split.
        instructions: the system turn of rows that bring none; empty for none.
        max_length: tokens a row may have.
        split: name of the split, for messages.

    Raises:
        TrainingError: there are no rows, a row is too long, nothing of it is trained, or its
            end-of-turn token is not (the model would not learn to stop).
    """
    if not rows:
        raise TrainingError(
            f"there are no {split} rows", where="artifacts/data", fix="add rows to data/raw/, then: dvc repro"
        )
    encoded = [_encode(tokenizer, row.with_instructions(instructions)) for row in rows]
    check_length(encoded, max_length, split)
    check_labels(encoded, end_of_turn_ids(tokenizer), split)
    return encoded


def check_length(rows: Sequence[EncodedRow], max_length: int, split: str) -> None:
    """No row is ever truncated: one that is too long stops everything.

    Raises:
        TrainingError: says how many rows are too long, and which max_length would do.
    """
    long = [row for row in rows if len(row) > max_length]
    if long:
        longest = max(len(row) for row in long)
        raise TrainingError(
            f"{len(long)} of {len(rows)} {split} rows have more than method.max_length={max_length} tokens, "
            f"the longest {longest}: {_names(long, lambda row: f' ({len(row)})')}",
            fix=f"tunewright set method.max_length={longest}, or shorten or remove these rows",
        )


def check_labels(rows: Sequence[EncodedRow], end_of_turn: Sequence[int], split: str) -> None:
    """Every row trains something, its end-of-turn token last.

    Args:
        rows: encoded rows.
        end_of_turn: tokens that end an answer.
        split: name of the split, for messages.

    Raises:
        TrainingError: names the rows.
    """
    untrained = [row for row in rows if row.trained_tokens == 0]
    if untrained:
        raise TrainingError(
            f"no token is trained in {len(untrained)} of {len(rows)} {split} rows: {_names(untrained)}",
            fix="give these rows an answer, or remove them",
        )
    endless = [row for row in rows if row.labels[-1] not in end_of_turn]
    if endless:
        raise TrainingError(
            f"the end-of-turn token is not trained in {len(endless)} of {len(rows)} {split} rows, "
            f"so that the model would not learn to stop: {_names(endless)}",
            fix="the model's chat template does not end these answers; report it, or choose another model",
        )


def _encode(tokenizer: PreTrainedTokenizerBase, row: Row) -> EncodedRow:
    example = encode_example(tokenizer, row)
    labels = [
        token if trained else IGNORED
        for token, trained in zip(example.input_ids, example.completion_mask, strict=True)
    ]
    return EncodedRow(row.id, tuple(example.input_ids), tuple(labels))


def _names(rows: Sequence[EncodedRow], note: Callable[[EncodedRow], str] = lambda _: "") -> str:
    shown = ", ".join(f"row {row.id}{note(row)}" for row in rows[:NAMED_ROWS])
    return shown + (f" and {len(rows) - NAMED_ROWS} more" if len(rows) > NAMED_ROWS else "")
