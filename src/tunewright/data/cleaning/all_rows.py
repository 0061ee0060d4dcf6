"""Flags that are told when all rows are known, and what becomes of the flagged rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from tunewright.config.schema.cleaning import Cleaning, Flag
from tunewright.config.schema.task import TaskKind
from tunewright.data.candidate import Candidate
from tunewright.data.cleaning.flagging import FREE_TEXT
from tunewright.data.cleaning.outliers import length_outliers
from tunewright.data.cleaning.policy import refused
from tunewright.data.duplicates import Sieved
from tunewright.data.raw_row import Discarded


def flag_all(
    rows: Sequence[Candidate], settings: Cleaning, kind: TaskKind, differ: Collection[int]
) -> Sieved:
    """Rows with the flags length, conflict and language, without those that the policy rejects.

    Args:
        rows: without exact duplicates, in the order of the raw files.
        settings: `data.cleaning`.
        kind: of the task.
        differ: numbers of the rows whose answer is in another language than the prompt.

    Returns:
        the rows that go on, in their order, and the others.
    """
    found: tuple[tuple[Flag, Collection[int]], ...] = (
        ("length", length_outliers(rows, settings.length_deviations, answers=kind in FREE_TEXT)),
        ("conflict", conflicting(rows)),
        ("language", differ),
    )
    kept: list[Candidate] = []
    rejected: list[Discarded] = []
    marked = {number for _, numbers in found for number in numbers}
    for row in rows:
        if row.number not in marked:
            kept.append(row)
            continue
        flags = tuple(flag for flag, numbers in found if row.number in numbers)
        discarded = refused(flags, settings.flags, row.place)
        if discarded is not None:
            rejected.append(discarded)
        else:
            kept.append(replace(row, flags=(*row.flags, *flags)))
    return kept, rejected


def conflicting(rows: Sequence[Candidate]) -> set[int]:
    """The numbers of rows whose prompt (in normal form) stands with another answer too."""
    first: dict[str, str] = {}
    prompts = {
        row.prompt_key for row in rows if first.setdefault(row.prompt_key, row.answer_key) != row.answer_key
    }
    return {row.number for row in rows if row.prompt_key in prompts} if prompts else set()
