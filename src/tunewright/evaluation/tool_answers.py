"""Answers that call tools, as they are compared: in one form, whatever the template or the server writes.

A model writes a call as its chat template taught it, a server may take it apart. For rows with tools the
calls of every answer are brought to the form of the reference (`data.tools.text_of_calls`), so that metrics,
people and judges see the same of all contestants, and neither white space nor the order of arguments counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tunewright.data.call_text import with_plain_calls
from tunewright.data.rows import Row
from tunewright.errors import EvaluationError
from tunewright.models.chat import render_answer

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


def as_compared(row: Row, answer: str) -> str:
    """A contestant's answer to a row; as it is where the row has no tools."""
    return with_plain_calls(answer) if row.tools else answer


def refuse_unread_calls(tokenizer: PreTrainedTokenizerBase, rows: Sequence[Row]) -> None:
    """Make sure that right calls, as the chat template writes them, count as right.

    Raises:
        EvaluationError: the template writes them in a way that is not read; names the row.
        DataError, ModelError: the template cannot write them at all.
    """
    for row in rows:
        if not row.messages[-1].tool_calls:
            continue
        written = render_answer(tokenizer, row)
        if as_compared(row, written).strip() != row.reference.strip():
            raise EvaluationError(
                f"the chat template writes the right call of row {row.id} in a form that is not read "
                f"({written[:60]!r}): every answer would count as wrong",
                where="evaluation",
                fix="choose a model whose template writes calls as JSON objects of name and arguments: "
                "tunewright set model=qwen3-0.6b",
            )
