"""`Signs`: in one quick pass, whether a text can hold what slower patterns look for."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any


class Signs:
    """Patterns of which at least one matches wherever the slower ones do.

    RE2 looks for all of them at once, in time that grows with the text alone. It knows no look-around, so
    a slower pattern decides where it has found something.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        """Hold the patterns, in RE2's syntax and ASCII; they are compiled when they are first needed."""
        self._patterns = tuple(patterns)

    @cached_property
    def _compiled(self) -> Any:  # noqa: ANN401 - google-re2 has no types
        import re2

        # As bytes, whose places need not be counted in characters: half the time.
        return re2.compile("|".join(f"(?:{pattern})" for pattern in self._patterns).encode("ascii"))

    def __call__(self, text: str) -> bool:
        """Whether one of them stands in the text; never without patterns."""
        if not self._patterns:
            return False
        return self._compiled.search(text.encode("utf-8", "surrogatepass")) is not None
