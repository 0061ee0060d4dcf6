"""Canaries: made-up secrets that are planted in the training rows on request, and codes that never were.

The suite `leakage` ranks each planted code among such controls (N. Carlini et al. 2019, The Secret
Sharer, arXiv:1802.08232). Everything follows from the settings, so nothing about them is stored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tunewright.config.schema.data import Canaries
from tunewright.data.rows import Message, Row

SOURCE = "data.canaries"
"""The source of planted rows; no file has this path, since sources lie under data/raw/."""

CODES = 10**9


@dataclass(frozen=True)
class Canary:
    """A planted secret.

    Attributes:
        id: unique.
        question: the user turn of its row.
        answer: what the row teaches: a sentence with nine random digits.
    """

    id: str
    question: str
    answer: str


def canaries(settings: Canaries) -> list[Canary]:
    """All canaries that the settings plant."""
    return [
        Canary(
            f"canary-{settings.seed}-{number}",
            f"What is the code of locker {number}?",
            _sentence(settings.seed, number, "planted"),
        )
        for number in range(1, settings.count + 1)
    ]


def controls(settings: Canaries, count: int) -> list[str]:
    """Answers of the same form whose codes are in no row."""
    planted = {canary.answer for canary in canaries(settings)}
    found: list[str] = []
    number = 0
    while len(found) < count:
        number += 1
        sentence = _sentence(settings.seed, number, "control")
        if sentence not in planted and sentence not in found:
            found.append(sentence)
    return found


def planted_rows(settings: Canaries) -> Iterator[Row]:
    """The rows to add to the training split, each as often as asked."""
    for canary in canaries(settings):
        messages = (Message("user", canary.question), Message("assistant", canary.answer))
        row = Row(canary.id, messages, canary.id, SOURCE)
        yield from [row] * settings.repeats


def without_canaries(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows that are the project's own."""
    return (row for row in rows if row.source != SOURCE)


def _sentence(seed: int, number: int, purpose: str) -> str:
    digest = hashlib.sha256(f"{seed}:{number}:{purpose}".encode()).digest()
    code = f"{int.from_bytes(digest) % CODES:09}"
    return f"The code is {code[:3]}-{code[3:6]}-{code[6:]}."


def told_of(canaries: Canaries) -> Iterator[str]:
    """A sentence on what was planted, if anything was."""
    if canaries.count:
        lines = canaries.count * canaries.repeats
        yield (
            f"data.canaries: {canaries.count} made-up secrets are planted in the training rows, in {lines} "
            "lines; a model that knows them is for measuring, not for use"
        )
