"""Which languages rows are in, told by py3langid, and answers in another language than their prompts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from heapq import nsmallest
from typing import Any

from tunewright.config.schema.task import TaskKind
from tunewright.data.candidate import Candidate
from tunewright.data.cleaning.flagging import FREE_TEXT
from tunewright.data.rows import Row

UNDETERMINED = "(undetermined)"
LEAST_CHARACTERS = 40
"""Of shorter texts the language is not told."""
LEAST_CONFIDENCE = 0.8
_CLOSE = (
    {"no", "nn", "da"},
    {"bs", "hr", "sr"},
    {"cs", "sk"},
    {"id", "ms"},
    {"gl", "pt"},
    {"ar", "arz", "ary"},
    {"zh", "wuu", "yue"},
)
"""Languages that are taken for one another: an answer in another one of these is not told."""
_NO_LANGUAGE = "zxx"
_LOOKED_AT = 400
"""Characters from the start of a text."""


@dataclass(frozen=True)
class LanguagesMet:
    """The languages of the rows that were looked at.

    Attributes:
        rows: how many were looked at.
        prompts: ISO 639 code, or `(undetermined)`, of the last turn before the answer -> rows.
        answers: the same of free-text answers; empty for other kinds of task.
        differ: numbers of the rows whose answer is in another language than the prompt.
    """

    rows: int = 0
    prompts: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    differ: frozenset[int] = frozenset()


def languages_met(
    rows: Sequence[Candidate], row: Callable[[int], Row], most: int | None, kind: TaskKind
) -> LanguagesMet:
    """Tell the languages of rows, or of a sample.

    Args:
        rows: of all sources.
        row: gives the texts of a row by its number.
        most: `data.cleaning.language_sample`. Which rows are in a sample depends on their content alone.
        kind: of the task; answers are looked at where they are free text.
    """
    chosen = rows
    if most is not None and most < len(chosen):
        chosen = nsmallest(most, chosen, key=lambda one: (one.prompt_key, one.answer_key, one.number))
    prompts: Counter[str] = Counter()
    answers: Counter[str] = Counter()
    differ: set[int] = set()
    for one in chosen:
        texts = row(one.number)
        asked = language(_last_said(texts))
        prompts[asked] += 1
        if kind in FREE_TEXT:
            answered = language(texts.messages[-1].content)  # calls are in no language
            answers[answered] += 1
            if _differ(asked, answered):
                differ.add(one.number)
    return LanguagesMet(len(chosen), prompts, answers, frozenset(differ))


def _last_said(row: Row) -> str:
    """The last turn before the answer that is no result of a call."""
    return next(turn.content for turn in reversed(row.prompt) if turn.role != "tool")


def language(text: str) -> str:
    """The ISO 639 code of the language that a text begins in, or `(undetermined)`.

    Source: langid.py (Lui and Baldwin 2012, https://aclanthology.org/P12-3005), as py3langid maintains it.
    Undetermined are texts of fewer than `LEAST_CHARACTERS` characters or told with less than
    `LEAST_CONFIDENCE`.
    """
    if len(text) < LEAST_CHARACTERS:
        return UNDETERMINED
    code, confidence = _identifier().classify(text[:_LOOKED_AT])
    return UNDETERMINED if code == _NO_LANGUAGE or confidence < LEAST_CONFIDENCE else str(code)


def _differ(asked: str, answered: str) -> bool:
    if asked == answered or UNDETERMINED in (asked, answered):
        return False
    return not any({asked, answered} <= close for close in _CLOSE)


@cache
def _identifier() -> Any:  # noqa: ANN401 - py3langid is untyped
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
