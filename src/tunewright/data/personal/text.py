"""`Text`: a text to be searched, and what says what a number in it is: words around it, its field's name."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

_BEFORE = 48
_AFTER = 14
_MARGIN = 8
_DIGITS = re.compile(r"[0-9](?:[^0-9\n]{0,6}[0-9]){3,}")


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
    """One text; what is costly is worked out once and only when asked for.

    Attributes:
        whole: the text itself.
    """

    def __init__(self, whole: str, name: str = "") -> None:
        """Hold a text.

        Args:
            whole: the text.
            name: of the field or JSON key that holds it; counts as if it stood right before.
        """
        self.whole = whole
        self._name = f"{name.lower().replace('_', ' ')}: " if name else ""

    @cached_property
    def lower(self) -> str:
        """The text in lower case, character by character, so that places are the same."""
        lower = self.whole.lower()
        return lower if len(lower) == len(self.whole) else "".join(sign.lower()[0] for sign in self.whole)

    @cached_property
    def context(self) -> str:
        """Name and text in lower case."""
        return self._name + self.lower

    def before(self, start: int) -> str:
        """The `_BEFORE` characters before a place in lower case; near the start with the name before them."""
        name = self._name if start < _BEFORE else ""
        return name + self.lower[max(0, start - _BEFORE) : start]

    def after(self, end: int) -> str:
        """The `_AFTER` characters after a place, in lower case."""
        return self.lower[end : end + _AFTER]

    @cached_property
    def near_numbers(self) -> str:
        """The places where four digits or more stand close together, with `_MARGIN` characters on both sides.

        Each is on a line of its own. Patterns of numbers search only here: a text without numbers costs
        them nothing.
        """
        return "\n".join([self.whole[start:end] for start, end in self._windows])

    @cached_property
    def _windows(self) -> list[tuple[int, int]]:
        """Start and end of those places; they neither touch nor overlap."""
        windows: list[tuple[int, int]] = []
        last = -1
        for match in _DIGITS.finditer(self.whole):
            start, end = max(0, match.start() - _MARGIN), match.end() + _MARGIN
            if start <= last:
                start = windows.pop()[0]
            windows.append((start, end))
            last = end
        return windows

    @cached_property
    def _starts(self) -> list[int]:
        """Where each of those places begins in `near_numbers`."""
        starts, at = [], 0
        for start, end in self._windows:
            starts.append(at)
            at += end - start + 1
        return starts

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


OTHER_NUMBER = re.compile(
    r"(?:order|purchase|invoice|ticket|tracking|parcel|shipment|booking|reservation|case|claim|article|item|sku|model"
    r"|serial|version|release|part|isbn|issue|transaction|reference|ref|bestellung|rechnung|commande|pedido)"
    r"(?:[ -]?(?:number|num|nummer|no|nr|id|code|ref))?[\s.:#'\"(]*(?:is|was|of|for|has|the)?[\s:#'\"(]*$"
)
"""Says that the number which follows counts something else: orders, invoices, parts."""
