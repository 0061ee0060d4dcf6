"""`Text`: a text to be searched, and what says what a number in it is: words around it, its field's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

_BEFORE = 48
_AFTER = 14
_MARGIN = 8
_DIGITS = re.compile(r"[0-9](?:[^0-9\n]{0,6}[0-9]){3,}")


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
    def _windows(self) -> list[tuple[int, int]]:
        """Where four digits or more stand close together, with `_MARGIN` characters on both sides.

        Patterns of numbers search only there: a text without numbers costs them nothing.
        """
        return [(max(0, m.start() - _MARGIN), m.end() + _MARGIN) for m in _DIGITS.finditer(self.whole)]

    def numbers(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """The matches of a pattern of numbers (four digits or more, no further apart than six characters)."""
        for start, end in self._windows:
            yield from pattern.finditer(self.whole, start, end)

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
