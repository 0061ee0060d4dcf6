"""`StandIns`: what takes the place of each value of one row; the same value, the same stand-in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property

from tunewright.config.schema.personal_data import Action
from tunewright.data.personal.found import Found
from tunewright.data.personal.placeholders import highest, placeholder
from tunewright.data.personal.pseudonyms import Draw, pseudonym

_TRIES = 100


class StandIns:
    """Placeholders and pseudonyms of one row."""

    def __init__(self, key: bytes | None, texts: Sequence[str], *, row: bool) -> None:
        """Begin a row.

        Args:
            key: of the pseudonyms; None where there are none.
            texts: all texts of the row: placeholders that stand in them are not used again.
            row: a value's pseudonym in this row tells nothing about its pseudonym in another.
        """
        self._key = key
        self._numbers = highest(texts)
        self._texts = tuple(texts) if row else None
        self._made: dict[tuple[Action, str, str], str] = {}

    @cached_property
    def _scope(self) -> str:
        """Of the row; empty where pseudonyms are those of the set."""
        texts = self._texts
        return "" if texts is None else hashlib.sha256(repr(list(texts)).encode()).hexdigest()

    def __call__(self, found: Found, written: str, action: Action) -> str:
        """What stands in the value's place.

        Args:
            found: the value.
            written: as it stands in the text.
            action: redact or pseudonymise.
        """
        known = (action, found.kind, found.value)
        if known not in self._made:
            redacts = action == "redact"
            self._made[known] = self._placeholder(found.kind) if redacts else self._pseudonym(found, written)
        return self._made[known]

    def _placeholder(self, kind: str) -> str:
        name = kind.upper()
        self._numbers[name] = self._numbers.get(name, 0) + 1
        return placeholder(kind, self._numbers[name])

    def _pseudonym(self, found: Found, written: str) -> str:
        """Another one than any other value of the row has."""
        assert self._key is not None  # noqa: S101 - the rules of the settings see to it
        used = set(self._made.values())
        for attempt in range(_TRIES):
            draw = Draw(self._key, (self._scope, found.kind, found.value, str(attempt)))
            made = pseudonym(draw, found.kind, written, found.value)
            if made not in used and made != written:
                break
        return made
