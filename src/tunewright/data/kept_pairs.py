"""A few pairs of rows that are alike and both kept, for the data card: places and ids, not what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from tunewright.data.candidate import Candidate
from tunewright.data.card import KeptPair, PairKind
from tunewright.data.split import Member, Parts

SHOWN = 3
"""Pairs of each kind."""
HELD = 4
"""Rows of a group with which a further one is compared while a pair is looked for."""


def kept_pairs(parts: Parts) -> tuple[KeptPair, ...]:
    """Up to `SHOWN` pairs of each kind, each of another group; those of training and validation come first.

    Args:
        parts: the rows of each split.
    """
    kinds: tuple[tuple[PairKind, Callable[[Member], str], Callable[[Candidate, Candidate], bool]], ...] = (
        ("conflict", lambda member: member.row.prompt_key, _other_answer),
        ("near conflict", lambda member: member.cluster, _other_prompt_and_answer),
        ("neighbours", lambda member: member.neighbours, _other_numbers),
    )
    return tuple(
        _pair(kind, *pair)
        for kind, group, differ in kinds
        for pair in islice(_pairs(parts, group, differ), SHOWN)
    )


Placed = tuple[str, Member]


def _pairs(
    parts: Parts, group: Callable[[Member], str], differ: Callable[[Candidate, Candidate], bool]
) -> Iterator[tuple[Placed, Placed]]:
    """The first two rows of each group that differ as asked."""
    first: dict[str, Placed] = {}
    others: dict[str, list[Placed]] = {}
    done: set[str] = set()
    for split in ("train", "validation", "test"):
        for member in parts[split]:
            name, own = group(member), (split, member)
            if not name or name in done or first.setdefault(name, own)[1] is member:
                continue
            met = [first[name], *others.get(name, ())]
            other = next((one for one in met if differ(one[1].row, member.row)), None)
            if other is not None:
                done.add(name)
                yield other, own
            elif len(met) < HELD:
                others.setdefault(name, []).append(own)


def _pair(kind: PairKind, one: Placed, other: Placed) -> KeptPair:
    (split, member), (other_split, other_member) = one, other
    return KeptPair(
        kind,
        places=(str(member.row.place), str(other_member.row.place)),
        ids=(member.row.id, other_member.row.id),
        splits=(split, other_split),
    )


def _other_answer(one: Candidate, other: Candidate) -> bool:
    return one.answer_key != other.answer_key


def _other_prompt_and_answer(one: Candidate, other: Candidate) -> bool:
    return one.prompt_key != other.prompt_key and one.answer_key != other.answer_key


def _other_numbers(one: Candidate, other: Candidate) -> bool:
    return one.numbers_key != other.numbers_key
