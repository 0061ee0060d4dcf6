"""`Signs` and `SignSet`: in one quick pass, whether a text can hold what slower patterns look for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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


class SignSet:
    """Several such signs by name, all looked for in the same pass."""

    def __init__(self, named: Mapping[str, Sequence[str]]) -> None:
        """Hold the signs; they are compiled when they are first needed.

        Args:
            named: name -> its patterns, as those of `Signs`.
        """
        self._named = {name: tuple(patterns) for name, patterns in named.items() if patterns}
        self._all = frozenset(self._named)
        self._known: dict[tuple[int, ...], frozenset[str]] = {}

    @cached_property
    def _compiled(self) -> Any:  # noqa: ANN401 - google-re2 has no types
        import re2

        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1  # byte by byte, whatever they stand for
        options.log_errors = False
        compiled = re2.Set.SearchSet(options)
        for patterns in self._named.values():
            compiled.Add("|".join(f"(?:{pattern})" for pattern in patterns).encode("ascii"))
        compiled.Add(b"")  # always there, but when RE2 is out of memory, which it does not tell otherwise
        compiled.Compile()
        return compiled

    def __call__(self, text: str) -> frozenset[str]:
        """The names of the signs that stand in the text."""
        found = tuple(sorted(self._compiled.Match(text.encode("utf-8", "surrogatepass")) or ()))
        met = self._known.get(found)
        if met is None:
            names = list(self._named)
            sure = len(names) in found
            met = frozenset(names[at] for at in found if at < len(names)) if sure else self._all
            self._known[found] = met
        return met
