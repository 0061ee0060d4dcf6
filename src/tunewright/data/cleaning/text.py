"""`TextCleaner`: one text, cleaned, and by kind what that changed."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from tunewright.config.schema.cleaning import Cleaning
from tunewright.data.cleaning.characters import (
    CONTROLS,
    LINE_ENDS,
    from_cp1252,
    has_invisible,
    without_invisible,
)
from tunewright.data.cleaning.mojibake import repaired

Change = Literal[
    "line_ends",
    "control_characters",
    "invisible_characters",
    "mojibake_repaired",
    "normalised",
    "trimmed",
    "left_for_contract",
]
"""What cleaning changed. `left_for_contract`: the row stays as it was, since the contract asks for it."""

_ASCII_TO_CLEAN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class CharactersError(Exception):
    """A text holds characters of which the settings say that its row is rejected; names them."""


class TextCleaner:
    """Cleans texts by the project's settings; cleaning a clean text changes nothing."""

    def __init__(self, settings: Cleaning) -> None:
        """Hold the settings (`data.cleaning`)."""
        self._form = None if settings.normalise == "none" else settings.normalise
        self._controls = settings.control_characters
        self._invisible = settings.invisible_characters
        self._trim = settings.trim
        self._repair = settings.repair_mojibake

    def __call__(self, text: str, changes: set[Change]) -> str:
        """The clean text; adds to `changes` what that took.

        Raises:
            CharactersError: the text holds characters that the settings reject.
        """
        if text.isascii() and not _ASCII_TO_CLEAN.search(text):
            return self._trimmed(text, changes)
        # One step may make work for an earlier one: what mojibake hid may be invisible.
        while (cleaner := self._once(text, changes)) != text:
            text = cleaner
        return text

    def _once(self, text: str, changes: set[Change]) -> str:
        text = self._without_controls(text, changes)
        if not text.isascii():
            text = self._without_invisible(text, changes)
            if self._repair:
                text = _noted(text, repaired(text), "mojibake_repaired", changes)
            if self._form is not None and not unicodedata.is_normalized(self._form, text):
                text = _noted(text, unicodedata.normalize(self._form, text), "normalised", changes)
        return self._trimmed(text, changes)

    def _without_controls(self, text: str, changes: set[Change]) -> str:
        if self._controls == "keep" or (not CONTROLS.search(text) and not LINE_ENDS.search(text)):
            return text
        text = _noted(text, LINE_ENDS.sub("\n", text), "line_ends", changes)
        if not CONTROLS.search(text):
            return text
        if self._controls == "reject":
            raise CharactersError("control characters")
        return _noted(text, CONTROLS.sub("", from_cp1252(text)), "control_characters", changes)

    def _without_invisible(self, text: str, changes: set[Change]) -> str:
        if self._invisible == "keep":
            return text
        if self._invisible == "reject" and has_invisible(text):
            raise CharactersError("invisible characters")
        return _noted(text, without_invisible(text), "invisible_characters", changes)

    def _trimmed(self, text: str, changes: set[Change]) -> str:
        return _noted(text, text.strip(), "trimmed", changes) if self._trim else text


def _noted(before: str, after: str, change: Change, changes: set[Change]) -> str:
    if after != before:
        changes.add(change)
    return after
