"""Typed placeholders: `<EMAIL_ADDRESS_1>`, numbered within a row; what looks like one is never searched."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PLACEHOLDER = re.compile(r"<([A-Z][A-Z0-9_]*)_([1-9][0-9]{0,5})>")


def placeholder(kind: str, number: int) -> str:
    """What stands in a value's place."""
    return f"<{kind.upper()}_{number}>"


def spans(text: str) -> list[tuple[int, int]]:
    """Where placeholders stand."""
    return [match.span() for match in _PLACEHOLDER.finditer(text)] if "<" in text else []


def highest(texts: Iterable[str]) -> dict[str, int]:
    """Kind in capitals -> the highest number with which it stands in the texts already."""
    found: dict[str, int] = {}
    for text in texts:
        if "<" in text:
            for match in _PLACEHOLDER.finditer(text):
                found[match[1]] = max(found.get(match[1], 0), int(match[2]))
    return found
