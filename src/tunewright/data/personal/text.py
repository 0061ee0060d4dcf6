"""`Text`: a text to be searched, and what says what a number in it is: words around it, its field's name."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from tunewright.data.personal.signs import SignSet

_BEFORE = 48
_AFTER = 14
_MARGIN = 8
_SEEN = _BEFORE + _MARGIN
"""What stands further from the places of `near_numbers` is seen by no finder of numbers."""
_REMEMBERED = 256
"""Texts before numbers: those of a row or two, which is asked for each by several finders."""
_DIGITS = re.compile(r"[0-9](?:[^0-9\n]{0,6}+[0-9]){3,}+")


class Number(NamedTuple):
    """What a pattern of numbers matched.

    Attributes:
        start, end: where it stands in the text, in characters.
        written: as it stands there.
    """

    start: int
    end: int
    written: str


class Text:
    """One text, and what several finders look at.

    Attributes:
        whole: the text itself.
        lower: in lower case, character by character, so that places are the same.
        context: name and text in lower case.
        near_numbers: the places where four digits or more stand close together, with `_MARGIN` characters on
            both sides, each on a line of its own. Patterns of numbers search only here: a text without
            numbers costs them nothing.
    """

    __slots__ = ("_name", "_starts", "_windows", "context", "lower", "near_numbers", "whole")

    def __init__(self, whole: str, name: str = "", near: Sequence[tuple[int, int]] | None = None) -> None:
        """Hold a text.

        Args:
            whole: the text.
            name: of the field or JSON key that holds it; counts as if it stood right before.
            near: numbers are looked for only where a finder sees one of these spans, if they are given.
        """
        self.whole = whole
        self._name = f"{name.lower().replace('_', ' ')}: " if name else ""
        lower = whole.lower()
        self.lower = lower if len(lower) == len(whole) else "".join(sign.lower()[0] for sign in whole)
        self.context = self._name + self.lower
        self._windows = _windows(whole)
        if near is not None:
            self._windows = [
                (start, end)
                for start, end in self._windows
                if any(other_end >= start - _SEEN and other <= end + _SEEN for other, other_end in near)
            ]
        self.near_numbers = "\n".join([whole[start:end] for start, end in self._windows])
        self._starts, at = [], 0
        for start, end in self._windows:
            self._starts.append(at)
            at += end - start + 1

    def before(self, start: int) -> str:
        """The `_BEFORE` characters before a place in lower case; near the start with the name before them."""
        name = self._name if start < _BEFORE else ""
        return name + self.lower[max(0, start - _BEFORE) : start]

    def after(self, end: int) -> str:
        """The `_AFTER` characters after a place, in lower case."""
        return self.lower[end : end + _AFTER]

    def numbers(self, pattern: re.Pattern[str]) -> Iterator[Number]:
        """The matches of a pattern of numbers (four digits or more, no further apart than six characters).

        Args:
            pattern: matches no line end, begins at most six characters before its first digit and looks
                no more than two characters back.
        """
        for match in pattern.finditer(self.near_numbers):
            at = match.start()
            window = bisect_right(self._starts, at) - 1
            start = self._windows[window][0] + at - self._starts[window]
            written = match[0]
            yield Number(start, start + len(written), written)

    @property
    def has_numbers(self) -> bool:
        """Whether four digits or more stand close together anywhere."""
        return bool(self._windows)


def _windows(whole: str) -> list[tuple[int, int]]:
    """Start and end of the places of `near_numbers`; they neither touch nor overlap."""
    windows: list[tuple[int, int]] = []
    last = -1
    for match in _DIGITS.finditer(whole):
        start, end = match.span()
        start, end = max(0, start - _MARGIN), end + _MARGIN
        if start <= last:
            start = windows.pop()[0]
        windows.append((start, end))
        last = end
    return windows


_OTHERS = (
    r"order|purchase|invoice|ticket|tracking|parcel|shipment|booking|reservation|case|claim|article|item|sku|model"
    r"|serial|version|release|part|isbn|issue|transaction|reference|ref|bestellung|rechnung|commande|pedido"
)
_CARDS = r"card|credit|debit|\bcc\b|visa|master|maestro|amex|american express|karte|carte|tarjeta|pay"
_SIGNS_BEFORE = SignSet(
    {
        "others": [_OTHERS],
        "cards": [_CARDS.replace(r"\b", "")],
        "calls": [
            "phone|tel|mobil|handy|cell|fax|desk|whats|sms|hotline|dial|ring|call|contact number|registered",
            "answering|reach|messages? to",
        ],
    }
)
_CARD_WORDS = re.compile(rf"\b(?:{_CARDS})")
_OTHER_NUMBER = re.compile(
    rf"(?:{_OTHERS})"
    r"(?:[ -]?(?:number|num|nummer|no|nr|id|code|ref))?[\s.:#'\"(]*(?:is|was|of|for|has|the)?[\s:#'\"(]*$"
)


@lru_cache(_REMEMBERED)
def signs_before(before: str) -> frozenset[str]:
    """What the words before a number may say of it: `others`, `cards`, `calls`; several finders ask."""
    return _SIGNS_BEFORE(before)


@lru_cache(_REMEMBERED)
def counts_others(before: str) -> bool:
    """Whether what stands before a number says that it counts something else: orders, invoices, parts."""
    return "others" in signs_before(before) and _OTHER_NUMBER.search(before) is not None


def speaks_of_cards(before: str) -> bool:
    """Whether what stands before a number speaks of payment cards."""
    return "cards" in signs_before(before) and _CARD_WORDS.search(before) is not None
