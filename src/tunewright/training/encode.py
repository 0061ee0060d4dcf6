"""Rows as tokens and labels, checked before any training: too long ones by policy, nothing untrained."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from tunewright.config.schema.method import TooLong
from tunewright.data.rows import Message, Row
from tunewright.errors import TrainingError
from tunewright.models.chat import encode_example, end_of_turn_ids
from tunewright.models.truncate import truncate
from tunewright.training.lengths import token_lengths

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

IGNORED = -100
"""The label of a token that the loss leaves out; the value that cross entropy knows."""

NAMED_ROWS = 5

Outcome = Literal["whole", "truncated", "dropped", "refused"]


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


@dataclass(frozen=True)
class FittedRow:
    """A row after the policy for rows that are too long.

    Attributes:
        row: as it is trained; whole if it is not trained.
        whole_tokens: tokens before anything was cut.
        outcome: dropped rows are left out; a refused one stops the training.
    """

    row: EncodedRow
    whole_tokens: int
    outcome: Outcome


@dataclass(frozen=True)
class EncodedSplit:
    """The rows of a split that are trained on, or validated with, and what became of the others.

    Attributes:
        name: of the split, for messages.
        rows: none too long.
        lengths: tokens of all rows of the split, before the policy.
        truncated: ids of rows whose prompt was cut; they are among `rows`.
        dropped: ids of rows that were left out.
    """

    name: str
    rows: list[EncodedRow]
    lengths: tuple[int, ...]
    truncated: tuple[str, ...]
    dropped: tuple[str, ...]

    def told(self, max_length: int) -> Iterator[str]:
        """Lines for the log: the lengths, and which rows were left out or cut."""
        yield f"{self.name} rows, tokens: {token_lengths(self.lengths, max_length)}"
        total = len(self.lengths)
        if self.dropped:
            yield f"  left out: {len(self.dropped)} of {total} {self.name} rows: {_names(self.dropped)}"
        if self.truncated:
            yield f"  prompt cut: {len(self.truncated)} of {total} {self.name} rows: {_names(self.truncated)}"


def encode_rows(
    tokenizer: PreTrainedTokenizerBase,
    rows: Sequence[Row],
    *,
    instructions: str,
    max_length: int,
    split: str,
    too_long: TooLong = "error",
) -> EncodedSplit:
    """Encode rows with the task's instructions; the loss is on the last assistant turn alone.

    Args:
        tokenizer: the base model's.
        rows: of one split.
        instructions: the system turn of rows that bring none; empty for none.
        max_length: tokens a row may have.
        split: name of the split, for messages.
        too_long: what becomes of rows with more tokens.

    Raises:
        TrainingError: there are no rows, a row is too long and the policy does not help, nothing of it
            is trained, or its end-of-turn token is not (the model would not learn to stop).
    """
    if not rows:
        raise TrainingError(
            f"there are no {split} rows", where="artifacts/data", fix="add rows to data/raw/, then: dvc repro"
        )
    fitted = [
        fit_row(tokenizer, row, instructions=instructions, max_length=max_length, too_long=too_long)
        for row in rows
    ]
    check_length(fitted, max_length, split, too_long)
    kept = [one.row for one in fitted if one.outcome != "dropped"]
    check_labels(kept, end_of_turn_ids(tokenizer), split)
    return EncodedSplit(
        name=split,
        rows=kept,
        lengths=tuple(one.whole_tokens for one in fitted),
        truncated=tuple(one.row.id for one in fitted if one.outcome == "truncated"),
        dropped=tuple(one.row.id for one in fitted if one.outcome == "dropped"),
    )


def fit_row(
    tokenizer: PreTrainedTokenizerBase, row: Row, *, instructions: str, max_length: int, too_long: TooLong
) -> FittedRow:
    """Encode one row, and apply the policy if it is too long.

    Raises:
        DataError, ModelError: see `encode_example`.
    """
    asked = row.with_instructions(instructions)
    whole = _encode(tokenizer, asked)
    if len(whole) <= max_length:
        return FittedRow(whole, len(whole), "whole")
    if too_long == "drop":
        return FittedRow(whole, len(whole), "dropped")
    if too_long == "truncate":
        answer = asked.messages[-1]

        def encoded(prompt: Sequence[Message]) -> EncodedRow:
            return _encode(tokenizer, replace(asked, messages=(*prompt, answer)))

        shorter = truncate(asked.prompt, lambda prompt: len(encoded(prompt)) <= max_length)
        if shorter is not None:
            return FittedRow(encoded(shorter), len(whole), "truncated")
    return FittedRow(whole, len(whole), "refused")


def check_length(rows: Sequence[FittedRow], max_length: int, split: str, too_long: TooLong) -> None:
    """Every row that is too long is dealt with, and some rows are left.

    Raises:
        TrainingError: says how many rows are too long, and which max_length would do.
    """
    refused = [one.row for one in rows if one.outcome == "refused"]
    longest = max(one.whole_tokens for one in rows)
    raise_limit = f"tunewright set method.max_length={longest}"
    if refused and too_long == "truncate":
        named = _names([f"{row.id} ({row.trained_tokens} tokens of answer)" for row in refused])
        raise TrainingError(
            f"{len(refused)} of {len(rows)} {split} rows do not fit into method.max_length={max_length} "
            f"however much of the prompt is cut, and an answer is never cut: {named}",
            fix=f"{raise_limit}, shorten task.instructions or these answers, or method.too_long=drop",
        )
    if refused:
        raise TrainingError(
            f"{len(refused)} of {len(rows)} {split} rows have more than method.max_length={max_length} "
            f"tokens, the longest {longest}: {_names([f'{row.id} ({len(row)})' for row in refused])}",
            fix=f"{raise_limit}, shorten or remove these rows, or let training leave them out or cut them: "
            "tunewright set method.too_long=drop (or truncate)",
        )
    if all(one.outcome == "dropped" for one in rows):
        raise TrainingError(
            f"all {len(rows)} {split} rows have more than method.max_length={max_length} tokens, and "
            "method.too_long=drop leaves none",
            fix=raise_limit,
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
    untrained = [row.id for row in rows if row.trained_tokens == 0]
    if untrained:
        raise TrainingError(
            f"no token is trained in {len(untrained)} of {len(rows)} {split} rows: {_names(untrained)}",
            fix="give these rows an answer, or remove them",
        )
    endless = [row.id for row in rows if row.labels[-1] not in end_of_turn]
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


def _names(rows: Sequence[str]) -> str:
    """The first rows by id (and what stands behind it), and how many more there are."""
    shown = ", ".join(f"row {row}" for row in rows[:NAMED_ROWS])
    return shown + (f" and {len(rows) - NAMED_ROWS} more" if len(rows) > NAMED_ROWS else "")
