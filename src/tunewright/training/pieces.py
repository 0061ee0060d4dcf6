"""An encoded row as pieces of text, so that people see which tokens are special and which are trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tunewright.training.encode import IGNORED, EncodedRow

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

MOST_TOKENS_OF_A_CHARACTER = 8
"""Byte tokens that make one character; after so many the bytes are none."""


@dataclass(frozen=True)
class Piece:
    """One token, or several that share a character.

    Attributes:
        ids: the tokens.
        text: what they stand for, special tokens by their names.
        trained: the loss is taken on them.
        special: markup of the template or the tokenizer, not text.
    """

    ids: tuple[int, ...]
    text: str
    trained: bool
    special: bool


def pieces(tokenizer: PreTrainedTokenizerBase, row: EncodedRow) -> list[Piece]:
    """The row token by token; the texts joined are the whole row's, decoded.

    Each token is decoded behind the piece before it, since alone it would lose the space that some
    tokenizers put before a word (method: the streaming detokenizers of text-generation servers).
    """
    special = {token for token, added in tokenizer.added_tokens_decoder.items() if added.special}
    found: list[Piece] = []
    pending: list[int] = []
    for position, (token, label) in enumerate(zip(row.input_ids, row.labels, strict=True)):
        pending.append(token)
        before = list(found[-1].ids) if found else []
        text = _decode(tokenizer, before + pending)[len(_decode(tokenizer, before)) :]
        last = position + 1 == len(row)
        # Half a character decodes to the replacement character; what comes next may complete it.
        unfinished = text.endswith("\ufffd") and token not in special and not last
        same = not last and (row.labels[position + 1] != IGNORED) == (label != IGNORED)
        if unfinished and same and len(pending) < MOST_TOKENS_OF_A_CHARACTER:
            continue
        found.append(Piece(tuple(pending), text, label != IGNORED, token in special))
        pending = []
    return found


def _decode(tokenizer: PreTrainedTokenizerBase, ids: list[int]) -> str:
    text = tokenizer.decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False)
    return str(text)
