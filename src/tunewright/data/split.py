"""Train, validation and test: each group's place follows from a hash of its key.

The hash depends on the group alone, so the order of the rows does not matter and added rows move
none. Balancing is therefore approximate: `stratify_by` does not draw each value's exact share, it
sees to it that every value with three groups or more is met in every split, and moves only the
groups with the lowest (or highest) hashes of that value where chance left a split without it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from tunewright.config.schema.data import Split
from tunewright.data.candidate import ABSENT, Candidate
from tunewright.data.raw_row import Discarded, Place
from tunewright.errors import DataError

SPLITS = ("train", "validation", "test")
GROUPS_TO_STRATIFY = 3

Parts = dict[str, list[Candidate]]


def split(candidates: Sequence[Candidate], settings: Split) -> Parts:
    """Divide the rows; rows of one group share a split.

    Within a split the rows stand in the order of their ids' hashes: the same rows give the same
    files whatever their order in the raw data, and blocks in it (by label, by date) do not reach
    training or the choice of few-shot examples.

    Raises:
        DataError: `stratify_by` names what no row has.
    """
    if settings.stratify_by and candidates and all(candidate.stratum == ABSENT for candidate in candidates):
        raise DataError(
            f"no row has {settings.stratify_by!r}",
            where="data.split.stratify_by",
            fix="name a field of the rows, `completion`, or `completion.KEY` for a key of the answer",
        )
    places = _places(candidates, settings)
    parts: Parts = {name: [] for name in SPLITS}
    for candidate in sorted(candidates, key=lambda candidate: _hash(settings.seed, candidate.row.id)):
        parts[places[candidate.row.group]].append(candidate)
    return parts


def keep_prompts_apart(parts: Parts) -> tuple[Parts, list[Discarded]]:
    """Remove from training what test or validation holds too, and from validation what test holds.

    Prompts equal in normal form share a group, except under `group_by`, where two customers may
    write the same. To join their groups would chain them through every "hello"; so the group keeps
    its split, and the row that would leak is removed.
    """
    held: dict[str, tuple[str, Place]] = {}
    kept: Parts = {name: [] for name in SPLITS}
    removed = []
    for name in reversed(SPLITS):
        for candidate in parts[name]:
            owner, place = held.setdefault(candidate.prompt_key, (name, candidate.place))
            if owner == name:
                kept[name].append(candidate)
            else:
                reason = f"same prompt as a row of the {owner} split"
                removed.append(Discarded(candidate.place, reason, f"at {place}", duplicate=True))
    return kept, removed


def refuse_empty(parts: Parts) -> None:
    """Make sure that every split has a row.

    Raises:
        DataError: one is empty; says how many rows there are.
    """
    empty = [name for name in SPLITS if not parts[name]]
    if empty:
        rows = [candidate for part in parts.values() for candidate in part]
        groups = len({candidate.row.group for candidate in rows})
        raise DataError(
            f"no row for {' and '.join(empty)}: {len(rows)} rows in {groups} groups are too few",
            where="data.split",
            fix="add rows, raise the share of the empty split, or try another split.seed",
        )


def position(seed: int, group: str) -> float:
    """A group's place in [0, 1): test from 0, then validation, then train."""
    return int(_hash(seed, group)[:13], 16) / 16**13


def _places(candidates: Iterable[Candidate], settings: Split) -> dict[str, str]:
    """The split of each group."""
    strata: dict[str, str] = {}
    for candidate in candidates:
        group = candidate.row.group
        # Rows with one prompt and different answers are one group: it counts for the first value.
        strata[group] = min(strata.get(group, candidate.stratum), candidate.stratum)
    members: dict[str, list[tuple[float, str]]] = {}
    for group, stratum in strata.items():
        members.setdefault(stratum, []).append((position(settings.seed, group), group))
    return {
        group: name
        for stratum in members.values()
        for group, name in _divide(sorted(stratum), settings, every=settings.stratify_by is not None)
    }


def _divide(ranked: list[tuple[float, str]], settings: Split, *, every: bool) -> Iterable[tuple[str, str]]:
    """Cut groups, ranked by position, into test, validation and train.

    Args:
        ranked: position and group, lowest first.
        settings: the shares.
        every: leave no split without a group if there are three or more.
    """
    count = len(ranked)
    test = sum(place < settings.test for place, _ in ranked)
    validation = sum(place < settings.test + settings.validation for place, _ in ranked)
    if every and count >= GROUPS_TO_STRATIFY:
        test = min(max(test, 1), count - 2)
        validation = min(max(validation, test + 1), count - 1)
    for rank, (_, group) in enumerate(ranked):
        yield group, "test" if rank < test else "validation" if rank < validation else "train"


def _hash(seed: int, name: str) -> str:
    return hashlib.sha256(f"{seed}\n{name}".encode()).hexdigest()
