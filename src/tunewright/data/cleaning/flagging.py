"""`Flagger`: what is doubtful about one row, looked at by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from tunewright.config.schema.cleaning import Flag
from tunewright.config.schema.task import TaskKind
from tunewright.data.cleaning.cut_off import is_cut_off
from tunewright.data.cleaning.mojibake import is_mojibake
from tunewright.data.cleaning.placeholders import PLACEHOLDERS
from tunewright.data.cleaning.refusals import BOILERPLATE, REFUSALS
from tunewright.data.rows import Message

FREE_TEXT: tuple[TaskKind, ...] = ("generation", "chat")


class Flagger:
    """Flags of rows of one task kind."""

    def __init__(self, kind: TaskKind) -> None:
        """Compile the patterns."""
        self._free_text = kind in FREE_TEXT
        self._labels = kind == "classification"

    def __call__(self, messages: Sequence[Message]) -> tuple[Flag, ...]:
        """The flags of a conversation, of which the last turn is the answer; each once, in one order."""
        return tuple(self._flags(messages))

    def _flags(self, messages: Sequence[Message]) -> Iterator[Flag]:
        answer, calls = messages[-1].content, messages[-1].tool_calls
        if not self._labels:  # a label is the contract's own word
            if _any_of(REFUSALS).search(answer):
                yield "refusal"
            if _any_of(BOILERPLATE).search(answer):
                yield "boilerplate"
            if _any_of(PLACEHOLDERS, case_counts=True).search(answer):
                yield "placeholder"
        if self._free_text and not calls and is_cut_off(answer.rstrip()):
            yield "cut_off"
        if any(is_mojibake(turn.text) for turn in messages):
            yield "mojibake"


@cache
def _any_of(patterns: Iterable[str], *, case_counts: bool = False) -> Any:  # noqa: ANN401 - re2 is untyped
    """One pattern of RE2 that finds any of them, in time that grows with the text alone."""
    import re2

    options = re2.Options()
    options.case_sensitive = case_counts
    options.never_capture = True
    return re2.compile("|".join(f"(?:{pattern})" for pattern in patterns), options)
