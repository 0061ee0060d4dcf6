"""The rows of a split as training will see them: tokens, mask, and what the length policy does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tunewright.config.schema.method import Method
from tunewright.data.rows import Row
from tunewright.progress import Advance
from tunewright.training.encode import NAMED_ROWS, FittedRow, Outcome, fit_row
from tunewright.training.lengths import consequence, token_lengths
from tunewright.training.pieces import Piece, pieces

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class RowPreview:
    """One row.

    Attributes:
        id, source: of the row.
        tokens, trained: how many there are as it is trained, and on how many the loss is taken.
        note: what the length policy does to it; empty if it fits.
        pieces: the tokens as text; those of the whole row where it is left out or refused.
    """

    id: str
    source: str
    tokens: int
    trained: int
    note: str
    pieces: Sequence[Piece]

    @property
    def heading(self) -> str:
        """The row's name and numbers on one line."""
        return (
            f"row {self.id} ({self.source}): {self.tokens} tokens, {self.trained} trained "
            f"({self.trained / self.tokens:.0%})"
        )


@dataclass(frozen=True)
class Preview:
    """What `tunewright preview` shows.

    Attributes:
        split: its name.
        rows: those that are shown.
        totals: sentences on all rows of the split.
    """

    split: str
    rows: Sequence[RowPreview]
    totals: Sequence[str]


def preview(
    tokenizer: PreTrainedTokenizerBase,
    rows: Sequence[Row],
    shown: Sequence[Row],
    *,
    instructions: str,
    method: Method,
    split: str,
    advance: Advance,
) -> Preview:
    """Encode the rows of a split as training does, and describe some of them token by token.

    Args:
        tokenizer: the base model's.
        rows: all of the split.
        shown: those to show, among `rows`.
        instructions: the task's.
        method: its max_length and its policy.
        split: name of the split.
        advance: is told of each row.

    Raises:
        DataError, ModelError: see `encode_example`.
    """
    wanted = {row.id for row in shown}
    kept: dict[str, FittedRow] = {}
    counts = []
    for row in rows:
        fitted = fit_row(
            tokenizer,
            row,
            instructions=instructions,
            max_length=method.max_length,
            too_long=method.too_long,
        )
        if row.id in wanted:
            kept[row.id] = fitted
        counts.append(
            _Counts(row.id, fitted.whole_tokens, len(fitted.row), fitted.row.trained_tokens, fitted.outcome)
        )
        advance()
    return Preview(
        split=split,
        rows=[_row(tokenizer, row, kept[row.id], method) for row in shown],
        totals=_totals(split, counts, method),
    )


@dataclass(frozen=True)
class _Counts:
    """What the totals need of a row: the tokens themselves of all rows would fill the memory."""

    id: str
    whole_tokens: int
    tokens: int
    trained: int
    outcome: Outcome


def _row(tokenizer: PreTrainedTokenizerBase, row: Row, fitted: FittedRow, method: Method) -> RowPreview:
    notes = {
        "whole": "",
        "truncated": f"prompt cut: {fitted.whole_tokens} tokens before",
        "dropped": f"left out: more than method.max_length={method.max_length} tokens",
        "refused": f"training refuses it: more than method.max_length={method.max_length} tokens",
    }
    encoded = fitted.row
    return RowPreview(
        row.id,
        row.source,
        len(encoded),
        encoded.trained_tokens,
        notes[fitted.outcome],
        pieces(tokenizer, encoded),
    )


def _totals(split: str, counts: Sequence[_Counts], method: Method) -> tuple[str, ...]:
    used = [row for row in counts if row.outcome in ("whole", "truncated")]
    tokens, trained = sum(row.tokens for row in used), sum(row.trained for row in used)
    share = f" ({trained / tokens:.0%})" if tokens else ""
    told = [
        f"{split}: {len(used)} of {len(counts)} rows are used: {tokens} tokens, {trained} trained{share}",
        f"tokens a row: {token_lengths([row.whole_tokens for row in counts], method.max_length)}",
    ]
    long = [row.id for row in counts if row.outcome != "whole"]
    if long:
        more = f" and {len(long) - NAMED_ROWS} more" if len(long) > NAMED_ROWS else ""
        told.append(f"over the limit, {consequence(method.too_long)}: {', '.join(long[:NAMED_ROWS])}{more}")
    return tuple(told)
