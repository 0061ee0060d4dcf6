"""Replacing spans of a text, and finding a value again where it is written without what gave it away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from tunewright.data.personal.found import Found

_SEPARATORS = " .()/-"
_FEWEST_DIGITS = 6
_FEWEST_CHARACTERS = 3


@dataclass(frozen=True)
class Edit:
    """New text for a span.

    Attributes:
        start, end: the span, in characters.
        text: what stands there afterwards; it is not searched again.
    """

    start: int
    end: int
    text: str


def replaced(text: str, edits: Sequence[Edit]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text after all edits, which do not overlap, and where their texts stand in it."""
    pieces: list[str] = []
    spans = []
    at = length = 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        pieces += [text[at : edit.start], edit.text]
        length += edit.start - at
        spans.append((length, length + len(edit.text)))
        length += len(edit.text)
        at = edit.end
    return "".join([*pieces, text[at:]]), tuple(spans)


def blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with line ends in place of spans: no pattern sees them or reaches across."""
    for start, end in spans:
        text = text[:start] + "\n" * (end - start) + text[end:]
    return text


class Rest:
    """A text in which values are looked for that were found elsewhere.

    Attributes:
        text: with line ends in place of what was found in it.
    """

    def __init__(self, text: str) -> None:
        """Hold the text."""
        self.text = text

    @cached_property
    def lower(self) -> str:
        """In lower case."""
        return self.text.lower()

    @cached_property
    def bare(self) -> str:
        """In lower case without separators."""
        return _bare(self.lower)


def again(rest: Rest, written: str, found: Found) -> Iterator[Found]:
    """Where a value stands in a text: its letters in any case, or its digits with any separators.

    A number that a word gave away in the question stands bare in the answer; both are replaced or
    neither, or the answer could not be learnt and the value would stay.

    Args:
        rest: where to look.
        written: the value as it was found.
        found: its finding.
    """
    bare = _bare(written)
    if len(bare) >= _FEWEST_DIGITS and sum(map(str.isdigit, bare)) * 2 > len(bare):
        if bare.lower() not in rest.bare:  # a pattern costs 100 times as much
            return
        shape = r"[ .()/-]{0,3}".join(map(re.escape, bare))
    elif len(written) >= _FEWEST_CHARACTERS and written.lower() in rest.lower:
        shape = re.escape(written)
    else:
        return
    for match in re.finditer(rf"(?<![0-9A-Za-z]){shape}(?![0-9A-Za-z])", rest.text, re.IGNORECASE):
        yield Found(found.kind, match.start(), match.end(), found.score, found.value)


def _bare(text: str) -> str:
    for separator in _SEPARATORS:  # 20 times as fast as str.translate
        text = text.replace(separator, "")
    return text
