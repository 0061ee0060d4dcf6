"""Replacing spans of a text, and finding a value again where it is written without what gave it away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from tunewright.data.personal.found import Found

_SEPARATORS = " .()/-"
_FEWEST_DIGITS = 6
_FEWEST_CHARACTERS = 3


@dataclass(frozen=True)
class Edit:
    """New text for a span.

    Attributes:
        start, end: the span, in characters.
        text: what stands there afterwards; it is not searched again.
    """

    start: int
    end: int
    text: str


def replaced(text: str, edits: Sequence[Edit]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text after all edits, which do not overlap, and where their texts stand in it."""
    pieces: list[str] = []
    spans = []
    at = length = 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        pieces += [text[at : edit.start], edit.text]
        length += edit.start - at
        spans.append((length, length + len(edit.text)))
        length += len(edit.text)
        at = edit.end
    return "".join([*pieces, text[at:]]), tuple(spans)


def blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with line ends in place of spans: no pattern sees them or reaches across."""
    pieces: list[str] = []
    at = 0
    for start, end in sorted(spans):
        pieces += [text[at:start], "\n" * (end - max(start, at))]
        at = max(at, end)
    return "".join([*pieces, text[at:]]) if pieces else text


class Rest:
    """A text in which values are looked for that were found elsewhere.

    Attributes:
        text: with line ends in place of what was found in it.
    """

    def __init__(self, text: str) -> None:
        """Hold the text."""
        self.text = text

    @cached_property
    def lower(self) -> str:
        """In lower case."""
        return self.text.lower()

    @cached_property
    def bare(self) -> str:
        """In lower case without separators."""
        return _bare(self.lower)


class Sought:
    """A value that was found, and is looked for in the other texts of its row.

    A number that a word gave away in the question stands bare in the answer; both are replaced or
    neither, or the answer could not be learnt and the value would stay.
    """

    def __init__(self, written: str, found: Found, *, is_name: bool = False) -> None:
        """Work out how to look for it.

        Args:
            written: the value as it was found.
            found: its finding.
            is_name: a capital letter of it is what tells it from a word: Bill's bill.
        """
        self._written = written
        self._found = found
        self._is_name = is_name
        self._bare = _bare(written)
        self._is_number = len(self._bare) >= _FEWEST_DIGITS and sum(map(str.isdigit, self._bare)) * 2 > len(
            self._bare
        )
        self._lower = (self._bare if self._is_number else written).lower()

    @property
    def length(self) -> int:
        """Characters that it takes at least: a shorter text does not hold it."""
        return len(self._bare if self._is_number else self._written)

    def __call__(self, rest: Rest) -> Iterator[Found]:
        """Where it stands in a text: its letters in any case, or its digits with any separators.

        A name in capitals too, but not in small letters where it was found with a capital one.
        """
        if self._is_number:
            if self._lower not in rest.bare:  # a pattern costs 100 times as much
                return
            shape = r"[ .()/-]{0,3}".join(map(re.escape, self._bare))
        elif len(self._written) >= _FEWEST_CHARACTERS and self._lower in rest.lower:
            letters = self._written
            shape = "".join(map(_or_capital, letters)) if self._is_name else re.escape(letters)
        else:
            return
        found, flag = self._found, re.NOFLAG if self._is_name else re.IGNORECASE
        for match in re.finditer(rf"(?<![0-9A-Za-z]){shape}(?![0-9A-Za-z])", rest.text, flag):
            yield Found(found.kind, match.start(), match.end(), found.score, found.value)


def _or_capital(sign: str) -> str:
    capital = sign.upper()
    return f"[{sign}{capital}]" if capital != sign and len(capital) == 1 else re.escape(sign)


def _bare(text: str) -> str:
    for separator in _SEPARATORS:  # 20 times as fast as str.translate
        text = text.replace(separator, "")
    return text
