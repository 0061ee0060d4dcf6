"""Kinds of the project's own by RE2, which no pattern can make run longer than its text is long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tunewright.config.schema.personal_data import OwnPattern
from tunewright.data.personal.found import Found
from tunewright.data.personal.text import Text


class OwnPatterns:
    """The project's patterns, compiled once."""

    def __init__(self, patterns: Sequence[OwnPattern]) -> None:
        """Compile the patterns, which the rules of the settings have seen compile."""
        self._compiled: list[tuple[str, Any]] = []
        if patterns:
            import re2

            self._compiled = [(own.name, re2.compile(own.pattern)) for own in patterns]

    def __call__(self, text: Text) -> Iterator[Found]:
        """What matches; surer than any other kind, since the project said so."""
        for name, pattern in self._compiled:
            for match in pattern.finditer(text.whole):
                if match.end() > match.start():
                    yield Found(name, match.start(), match.end(), 2.0, match.group(0))
