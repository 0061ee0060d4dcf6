"""`Candidate`: what the later steps need to know of a checked row, whose text waits in the spool.

A million rows fit into memory as candidates; their texts would not.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from tunewright.config.schema.cleaning import Flag
from tunewright.data.raw_row import Place
from tunewright.data.rows import Message, tools_of
from tunewright.data.tools import text_of_calls

ABSENT = "(absent)"
"""Stands for the value that a row or an answer lacks."""

_NUMBERS = re.compile(r"\d+(?:[.,:/-]\d+)*")
_MARKS = ".,;:!?¡¿…'\"`´‘’‚“”„«»‹›()[]{}-‐‑–—_/|·•*"
"""Punctuation; signs such as + and € are none."""
_PUNCTUATION = re.compile(rf"[{re.escape(_MARKS)}](?:(?<!\d.)|(?!\d))")
"""A mark that stands alone between two digits belongs to a number. Looking back comes last: twice as fast."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that obeys the task's contract.

    Attributes:
        number: its place in the spool, from 0, in the order of the raw files.
        id: as it will be written.
        place: where it stands in the raw data.
        group: rows of one group share a split; empty where rows are not grouped by a field.
        prompt_key: equal for prompts that are equal in normal form.
        answer_key: equal for answers that are equal in normal form.
        numbers_key: equal for prompts that name the same numbers in the same order.
        form_key: equal for prompts that are equal but for their numbers; empty where there are none.
        stratum: value by which the split is balanced; empty where it is not.
        moment: value by which the split is ordered in time; empty where it is not.
        flags: what is doubtful about it.
        prompt_length, answer_length: in characters.
    """

    number: int
    id: str
    place: Place
    group: str
    prompt_key: str
    answer_key: str
    numbers_key: str
    form_key: str = ""
    stratum: str = ""
    moment: str = ""
    flags: tuple[Flag, ...] = ()
    prompt_length: int = 0
    answer_length: int = 0

    def __reduce__(self) -> tuple[type[Candidate], tuple[object, ...]]:
        """Travel between processes as plain arguments: a third of the time."""
        return Candidate, (
            self.number,
            self.id,
            self.place,
            self.group,
            self.prompt_key,
            self.answer_key,
            self.numbers_key,
            self.form_key,
            self.stratum,
            self.moment,
            self.flags,
            self.prompt_length,
            self.answer_length,
        )


def normalise(text: str) -> str:
    """The text without differences that a reader overlooks: width and form of characters, case, white space.

    Unicode's compatibility caseless matching (The Unicode Standard, 3.13, D146), then white space
    collapsed. Normalising twice changes nothing more.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFD", text).casefold())
    return " ".join(unicodedata.normalize("NFKC", folded.casefold()).split())


def without_punctuation(normal: str) -> str:
    """A text in normal form without punctuation but within numbers; as it is if it is nothing else."""
    spaced = _PUNCTUATION.sub(" ", normal)
    return " ".join(spaced.split()) or normal


def prompt_text(prompt: Sequence[Message]) -> str:
    """The turns before the answer as they are compared; with their roles if there are several.

    Tools count as a number that the prompt names: with others it is another prompt, and rows that share long
    declarations are no more alike for it.
    """
    texts = [without_punctuation(normalise(turn.text)) for turn in prompt]
    tools = tools_of(prompt)
    if len(texts) == 1 and not tools:
        return texts[0]
    declared = [f"tools {_number_of(sorted(tool.function for tool in tools))}"] if tools else []
    return "\n".join([f"{turn.role} {text}" for turn, text in zip(prompt, texts, strict=True)] + declared)


def answer_text(answer: Message) -> str:
    """An answer as it is held against those of nearly the same prompt.

    Calls count as a number that it names: with another argument it is another answer, however alike.
    """
    normal = normalise(answer.text)
    if not answer.tool_calls:
        return normal
    return f"{normal} calls {_number_of([normalise(text_of_calls(answer.tool_calls))])}"


def content_key(messages: Sequence[Message]) -> str:
    """What names a row by its content alone: another text, other calls or tools, another key."""
    said = [[turn.role, turn.text] for turn in messages]
    return digest(json.dumps([*said, *(["tools", tool.function] for tool in tools_of(messages))]))


def numbers_key(normal: str) -> str:
    """A short name of the numbers in a text in normal form; empty for none."""
    found = _NUMBERS.findall(normal)
    return digest("\n".join(found)) if found else ""


def form_key(normal: str) -> str:
    """A short name of a text in normal form whatever its numbers are; empty where it has none."""
    form, numbers = _NUMBERS.subn("0", normal)
    return digest(form) if numbers else ""


def digest(text: str) -> str:
    """The first 16 hex digits of the text's SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _number_of(texts: Sequence[str]) -> int:
    """A number that stands for texts, in this order."""
    return int.from_bytes(hashlib.sha256("\n".join(texts).encode()).digest()[:6])
