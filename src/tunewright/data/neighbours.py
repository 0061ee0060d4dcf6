"""Neighbours: rows that ask nearly the same but for the numbers. Both are kept; the data card counts them.

Two prompts are neighbours if they are equal but for their numbers ("order 4711", "order 4712"), or if they
are as alike as near-duplicates and name different numbers. Groups are what these steps join.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tunewright.data.candidate import Candidate
from tunewright.data.card import Neighbours
from tunewright.data.near_duplicates import COMPARED, Clusters, jaccard, runs, sharing_a_band
from tunewright.data.split import Parts

if TYPE_CHECKING:
    from tunewright.data.near_duplicates import Hashes

LOOKS = 4
"""Bands in which a row is compared with texts of other numbers; further ones would cost and tell little."""


def neighbour_groups(
    candidates: Sequence[Candidate],
    cluster: Sequence[str],
    keys: Hashes,
    prompt: Callable[[Candidate], str],
    threshold: float,
) -> list[str]:
    """The name of each row's group of neighbours; empty for a row that has none.

    No pairs are listed: a form filled in a million times is one group by its key alone. Like texts of
    other forms are looked for among `COMPARED` of a band, in `LOOKS` bands a row.

    Args:
        candidates: the rows.
        cluster: the name of each row's cluster of near-duplicates.
        keys: of the prompts' bands, by the rows' numbers, whatever numbers the prompts name.
        prompt: gives a row's prompt as it is compared.
        threshold: the least likeness of near-duplicates.
    """
    groups = Clusters(len(candidates))
    first: dict[str, int] = {}
    same: dict[str, int] = {}
    for index, (row, name) in enumerate(zip(candidates, cluster, strict=True)):
        first.setdefault(row.prompt_key, index)
        groups.join(same.setdefault(name, index), index)
        if row.form_key:
            groups.join(same.setdefault(f"form {row.form_key}", index), index)
    different = [first[key] for key in sorted(first)]
    bands = keys[[candidates[index].number for index in different]]
    _join_near(groups, different, bands, candidates, prompt, threshold)
    numbers: dict[int, set[str]] = {}
    names: dict[int, str] = {}
    for index in different:  # by prompt_key, so that a group is named by its least
        leader = groups.leader(index)
        names.setdefault(leader, candidates[index].prompt_key)
        met = numbers.setdefault(leader, set())
        if len(met) < 2:
            met.add(candidates[index].numbers_key)
    leaders = [groups.leader(index) for index in range(len(candidates))]
    return [names[leader] if len(numbers[leader]) > 1 else "" for leader in leaders]


def _join_near(
    groups: Clusters,
    indices: Sequence[int],
    bands: Hashes,
    candidates: Sequence[Candidate],
    prompt: Callable[[Candidate], str],
    threshold: float,
) -> None:
    """Join rows whose prompts are as alike as near-duplicates but name different numbers."""
    looks: Counter[int] = Counter()
    for members in sharing_a_band(indices, bands):
        separate: dict[int, int] = {}
        for index in members:
            separate.setdefault(groups.leader(index), index)
        # Texts with the same numbers have been compared: they are near-duplicates or unlike.
        if len({candidates[index].numbers_key for index in separate.values()}) == 1:
            continue
        met: list[tuple[int, Hashes]] = []
        for index in separate.values():
            if looks[index] == LOOKS:
                continue
            looks[index] += 1
            row, own = candidates[index], runs(prompt(candidates[index]))
            near = (
                other
                for other, theirs in met
                if candidates[other].numbers_key != row.numbers_key and jaccard(own, theirs) >= threshold
            )
            alike = next(near, None)
            if alike is not None:
                groups.join(alike, index)
            elif len(met) < COMPARED:
                met.append((index, own))


def count_neighbours(parts: Parts) -> Neighbours:
    """How many of the rows that are kept have a neighbour among them, and how many of the test in training.

    Args:
        parts: the rows of each split.
    """
    kept: dict[str, set[str]] = {}
    learnt: dict[str, set[str]] = {}
    for split, members in parts.items():
        for member in members:
            for held in (kept, learnt) if split == "train" else (kept,):
                numbers = held.setdefault(member.neighbours, set())
                if len(numbers) < 2:  # two say that everyone has one
                    numbers.add(member.row.numbers_key)
    groups = {name for name, numbers in kept.items() if name and len(numbers) > 1}
    rows = sum(member.neighbours in groups for members in parts.values() for member in members)
    tested = sum(
        bool(learnt.get(member.neighbours, set()) - {member.row.numbers_key})
        for member in parts["test"]
        if member.neighbours in groups
    )
    return Neighbours(rows, len(groups), tested)
