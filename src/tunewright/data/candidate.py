"""`Candidate`: a checked row on its way to a split, and the normal form in which rows are compared."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from tunewright.data.raw_row import Place
from tunewright.data.rows import Message, Row

ABSENT = "(absent)"
"""Stands for the value that a row or an answer lacks."""


@dataclass(frozen=True)
class Candidate:
    """A row that obeys the task's contract.

    Attributes:
        row: as it will be written.
        place: where it stands in the raw data.
        prompt_key, answer_key: equal for texts that are equal in normal form.
        stratum: value by which the split is balanced; empty where it is not.
    """

    row: Row
    place: Place
    prompt_key: str
    answer_key: str
    stratum: str = ""


def normalise(text: str) -> str:
    """The text without differences that a reader overlooks: width and form of characters, case, white space.

    Unicode's compatibility caseless matching (The Unicode Standard, 3.13, D146), then white space
    collapsed. Normalising twice changes nothing more.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFD", text).casefold())
    return " ".join(unicodedata.normalize("NFKC", folded.casefold()).split())


def prompt_key(prompt: Sequence[Message]) -> str:
    """A short name (16 hex digits) of the turns before the answer in normal form."""
    return digest("\n".join(f"{turn.role} {normalise(turn.content)}" for turn in prompt))


def digest(text: str) -> str:
    """The first 16 hex digits of the text's SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
