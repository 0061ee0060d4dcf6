"""Where an answer differs from the reference: key by key for JSON, word by word for text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from tunewright.data.contract import ContractError, parse_json
from tunewright.evaluation.metrics.extraction import same_json

MOST_CHARACTERS = 1500
"""Longer texts are cut where they are shown; the cut is said."""

MOST_OF_KEY = 120
LEAST_SHARED = 0.3

Change = Literal["same", "added", "missing"]
Status = Literal["reference", "right", "wrong", "absent", "extra"]


@dataclass(frozen=True)
class Piece:
    """A run of words: in both texts, only in the answer, or only in the reference."""

    change: Change
    text: str


@dataclass(frozen=True)
class Cell:
    """One key of an answer: its value as JSON, and how it stands to the reference's."""

    status: Status
    text: str


def shortened(text: str, most: int = MOST_CHARACTERS) -> str:
    """The text up to so many characters, with how much was left out."""
    left_out = len(text) - most
    return text if left_out <= 0 else f"{text[:most]} … ({left_out:,} more characters)"


def word_differences(reference: str, answer: str) -> tuple[Piece, ...]:
    """The answer as pieces: what it shares with the reference, adds to it and lacks of it.

    An answer that shares less than LEAST_SHARED of the words is one added piece: woven into each other,
    two unlike texts cannot be read.
    """
    before, after = (re.findall(r"\s*\S+|\s+$", shortened(text)) for text in (reference, answer))
    matcher = SequenceMatcher(None, _words(before), _words(after), autojunk=False)
    if matcher.ratio() < LEAST_SHARED:
        return (Piece("added", "".join(after)),)
    pieces: list[Piece] = []
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(after[other_start:other_end])))
            continue
        if start < end:
            pieces.append(Piece("missing", "".join(before[start:end])))
        if other_start < other_end:
            pieces.append(Piece("added", "".join(after[other_start:other_end])))
    return tuple(pieces)


def as_object(text: str) -> Mapping[str, Any] | None:
    """The JSON object that the text is; None if it is anything else."""
    try:
        value = parse_json(text)
    except ContractError:
        return None
    return value if isinstance(value, dict) else None


def key_differences(reference: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Cell]:
    """The answer's keys, shortened: those of the reference in its order, then extra ones."""
    cells = {}
    for key, expected in reference.items():
        if key not in answer:
            cells[_key(key)] = Cell("absent", "")
        else:
            status: Status = "right" if same_json(answer[key], expected) else "wrong"
            cells[_key(key)] = Cell(status, shortened(_shown(answer[key])))
    for key in answer:
        if key not in reference:
            cells[_key(key)] = Cell("extra", shortened(_shown(answer[key])))
    return cells


def reference_cells(reference: Mapping[str, Any]) -> dict[str, Cell]:
    """The reference's own keys, shortened, and values."""
    return {_key(key): Cell("reference", shortened(_shown(value))) for key, value in reference.items()}


def _key(key: str) -> str:
    return shortened(key, MOST_OF_KEY)


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _words(pieces: list[str]) -> list[str]:
    return [piece.strip() for piece in pieces]
