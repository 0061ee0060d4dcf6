"""Tokens of a project's rows before anything is trained: counted by the model's tokenizer, or estimated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tunewright.config.schema.method import Method
from tunewright.data.card import CHARACTERS_PER_TOKEN
from tunewright.data.rows import Row, shown_turns
from tunewright.training.encode import fit_row
from tunewright.training.lengths import TokenLengths, token_lengths

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

TEMPLATE_TOKENS = 16  # what a chat template adds to a short conversation, roughly
MOST_COUNTED = 2000
"""Rows beyond these are not counted: a row takes about a millisecond, and `plan` shall answer in seconds."""

LONGEST_COUNTED = 50
"""Of the rows that are not counted, the longest by characters are: a few rows decide whether all fit."""


@dataclass(frozen=True)
class RowTokens:
    """The lengths of rows in tokens.

    Attributes:
        lengths: of the whole rows, before anything is cut.
        most_trained: tokens of the longest answer.
        how: how that is known, as a sentence.
    """

    lengths: TokenLengths
    most_trained: int
    how: str


def counted(
    tokenizer: PreTrainedTokenizerBase, rows: Sequence[Row], instructions: str, method: Method
) -> RowTokens:
    """Count with the very function that encodes rows for training.

    Of many rows the first are counted, which are a random sample (prepared rows are ordered by a hash),
    and those with the most characters.

    Args:
        tokenizer: the base model's.
        rows: prepared ones, at least one.
        instructions: the task's.
        method: its max_length.
    """
    rest = sorted(rows[MOST_COUNTED:], key=_characters, reverse=True)[:LONGEST_COUNTED]
    encoded = [
        fit_row(tokenizer, row, instructions=instructions, max_length=method.max_length, too_long="error").row
        for row in (*rows[:MOST_COUNTED], *rest)
    ]
    lengths = token_lengths([len(row) for row in encoded[:MOST_COUNTED]], method.max_length)
    how = "counted with the base model's tokenizer and chat template"
    if rest:
        longest = [len(row) for row in encoded[MOST_COUNTED:]]
        over = lengths.over or sum(length > method.max_length for length in longest)
        lengths = replace(lengths, max=max(lengths.max, *longest), over=over)
        how += f", on a sample of {MOST_COUNTED} of {len(rows)} rows and the longest of the others"
    return RowTokens(lengths, max(row.trained_tokens for row in encoded), how)


def estimated(rows: Sequence[Row], instructions: str, max_length: int) -> RowTokens:
    """Estimate from the number of characters, for want of the tokenizer."""
    lengths = [
        math.ceil(_characters(row.with_instructions(instructions)) / CHARACTERS_PER_TOKEN) + TEMPLATE_TOKENS
        for row in rows
    ]
    return RowTokens(
        token_lengths(lengths, max_length),
        math.ceil(max(len(row.reference) for row in rows) / CHARACTERS_PER_TOKEN),
        f"estimated at {CHARACTERS_PER_TOKEN} characters a token; after `dvc repro fetch` tokens are counted",
    )


def _characters(row: Row) -> int:
    return sum(len(text) for _, text in shown_turns(row.messages))
