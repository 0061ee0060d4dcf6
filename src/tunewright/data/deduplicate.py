"""Exact duplicates, conflicting answers, and ids that name one row each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from tunewright.data.candidate import Candidate
from tunewright.data.raw_row import Discarded, Place

Sieved = tuple[list[Candidate], list[Discarded]]


def remove_duplicates(candidates: Iterable[Candidate]) -> Sieved:
    """Keep the first of the rows whose prompt and answer are equal in normal form.

    Returns:
        the rows kept, in their order, and those removed, each naming the row that stays.
    """
    first: dict[tuple[str, str], Place] = {}
    kept, removed = [], []
    for candidate in candidates:
        stays = first.setdefault((candidate.prompt_key, candidate.answer_key), candidate.place)
        if stays is candidate.place:
            kept.append(candidate)
        else:
            removed.append(Discarded(candidate.place, "duplicate", f"of {stays}", duplicate=True))
    return kept, removed


def count_conflicts(candidates: Iterable[Candidate]) -> int:
    """How many prompts (in normal form) stand with different answers."""
    answers: dict[str, set[str]] = {}
    for candidate in candidates:
        answers.setdefault(candidate.prompt_key, set()).add(candidate.answer_key)
    return sum(len(different) > 1 for different in answers.values())


def reject_repeated_ids(candidates: Iterable[Candidate]) -> Sieved:
    """Keep the first row of each id; a later one with other content is rejected.

    Goes after `remove_duplicates`, so that a row copied with its id counts as the duplicate it is.
    """
    first: dict[str, Place] = {}
    kept, rejected = [], []
    for candidate in candidates:
        owner = first.setdefault(candidate.row.id, candidate.place)
        if owner is candidate.place:
            kept.append(candidate)
        else:
            rejected.append(Discarded(candidate.place, "id is that of the row", f"at {owner}"))
    return kept, rejected


def number_repeated_ids(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Tell rows of the very same content apart whose ids are made from it: `ID`, `ID-2`, `ID-3`."""
    seen: Counter[str] = Counter()
    numbered = []
    for candidate in candidates:
        name = candidate.row.id
        seen[name] += 1
        if seen[name] > 1:
            candidate = replace(candidate, row=replace(candidate.row, id=f"{name}-{seen[name]}"))
        numbered.append(candidate)
    return numbered
