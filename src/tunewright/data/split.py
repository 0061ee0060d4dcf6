"""Train, validation and test: each unit's place follows from a hash of its name.

A unit is what must not be torn: the rows of one `group_by` value, or else a cluster of near-duplicates. The
hash depends on the unit alone, so the order of the rows does not matter and added rows move none (but
a row that joins a cluster may lend it its name; a frozen test set is held whatever comes). Balancing is
therefore approximate: `stratify_by` does not draw each value's exact share, it sees to it that every value
with three units or more is met in every split, and moves only the units with the lowest (or highest)
hashes of that value where chance left a split without it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tunewright.config.schema.data import Split
from tunewright.data.candidate import ABSENT, Candidate
from tunewright.data.raw_row import Discarded, Place
from tunewright.errors import DataError

SPLITS = ("train", "validation", "test")
GROUPS_TO_STRATIFY = 3


@dataclass(frozen=True, slots=True)
class Member:
    """A row on its way into a split.

    Attributes:
        row: what is known of it.
        cluster: rows with nearly the same prompt share it.
        neighbours: rows that ask nearly the same but for the numbers share it; empty for a row without any.
    """

    row: Candidate
    cluster: str
    neighbours: str = ""

    @property
    def unit(self) -> str:
        """What is not torn: the row's group, or else its cluster."""
        return self.row.group or self.cluster


Parts = dict[str, list[Member]]


def split(
    members: Sequence[Member],
    settings: Split,
    *,
    allowed: Mapping[str, Sequence[str]] | None = None,
    frozen: Mapping[str, Collection[str]] | None = None,
) -> Parts:
    """Divide the rows; rows of one unit share a split.

    Within a split the rows stand in the order of their ids' hashes: the same rows give the same
    files whatever their order in the raw data, and blocks in it (by label, by date) do not reach
    training or the choice of few-shot examples.

    Args:
        members: the rows.
        settings: shares, balance, seed.
        allowed: for a raw file the splits that its rows may go to; all where it is not named.
        frozen: for each prompt_key of the frozen test set the keys of its answers; nothing else goes to test
            then, and a source that may not go to test adds no answer to a frozen prompt.

    Raises:
        DataError: `stratify_by` names what no row has.
    """
    if settings.stratify_by and members and all(member.row.stratum == ABSENT for member in members):
        raise DataError(
            f"no row has {settings.stratify_by!r}",
            where="data.split.stratify_by",
            fix="name a field of the rows, `completion`, or `completion.KEY` for a key of the answer",
        )
    frozen = frozen or {}
    free = [member for member in members if member.row.prompt_key not in frozen]
    places = _places(free, settings, test=not frozen)
    tested = {
        (member.row.prompt_key, member.row.answer_key)
        for member in members
        if member.row.prompt_key in frozen and "test" in (allowed or {}).get(member.row.place.file, SPLITS)
    }
    parts: Parts = {name: [] for name in SPLITS}
    for member in sorted(members, key=lambda member: _hash(settings.seed, member.row.id)):
        row = member.row
        may = (allowed or {}).get(row.place.file, SPLITS)
        if row.prompt_key in frozen:
            # A twin stands in for a frozen row that is there no longer, or was removed as its duplicate.
            twin = row.answer_key in frozen[row.prompt_key]
            if "test" in may or (twin and (row.prompt_key, row.answer_key) not in tested):
                parts["test"].append(member)
            else:  # and `keep_apart` removes it, since the test holds its prompt
                parts[may[0]].append(member)
            continue
        place = places[member.unit]
        parts[place if place in may else next(name for name in SPLITS if name in may)].append(member)
    return parts


def keep_apart(parts: Parts) -> tuple[Parts, list[Discarded]]:
    """Remove from training what test or validation holds too or nearly, and from validation what test holds.

    Units mostly see to that. But two customers may write the same, a frozen row may get a twin, and a
    file may be meant for one split alone: then the split that holds a prompt keeps it, and the row that would
    leak is removed.
    """
    clusters: dict[str, tuple[str, Place, str]] = {}
    groups: dict[str, tuple[str, Place, str]] = {}
    kept: Parts = {name: [] for name in SPLITS}
    removed = []
    for name in reversed(SPLITS):
        for member in parts[name]:
            own = (name, member.row.place, member.row.prompt_key)
            owners = [clusters.setdefault(member.cluster, own)]
            if member.row.group:
                owners.append(groups.setdefault(member.row.group, own))
            other = next((owner for owner in owners if owner[0] != name), None)
            if other is None:
                kept[name].append(member)
                continue
            same = "same" if other[2] == member.row.prompt_key else "nearly the same"
            what = f"{same} prompt as" if other is owners[0] else "of the same group as"
            reason = f"{what} a row of the {other[0]} split"
            removed.append(
                Discarded(member.row.place, reason, f"at {other[1]}", duplicate=True, stays=other[1])
            )
    return kept, removed


def refuse_empty(parts: Parts) -> None:
    """Make sure that every split has a row.

    Raises:
        DataError: one is empty; says how many rows there are.
    """
    empty = [name for name in SPLITS if not parts[name]]
    if empty:
        members = [member for part in parts.values() for member in part]
        units = len({member.unit for member in members})
        raise DataError(
            f"no row for {' and '.join(empty)}: {len(members)} rows in {units} groups are too few",
            where="data.split",
            fix="add rows, raise the share of the empty split, or try another split.seed",
        )


def position(seed: int, unit: str) -> float:
    """A unit's place in [0, 1): test from 0, then validation, then train."""
    return int(_hash(seed, unit)[:13], 16) / 16**13


def _places(members: Iterable[Member], settings: Split, *, test: bool) -> dict[str, str]:
    """The split of each unit; none goes to test where that one is frozen."""
    strata: dict[str, str] = {}
    newest: dict[str, str] = {}
    for member in members:
        unit, row = member.unit, member.row
        # Rows with one prompt and different answers are one unit: it counts for the first value.
        strata[unit] = min(strata.get(unit, row.stratum), row.stratum)
        newest[unit] = max(newest.get(unit, ""), row.moment)
    if settings.order_by is not None:
        latest_first = sorted(
            newest, key=lambda unit: (newest[unit], _hash(settings.seed, unit)), reverse=True
        )
        count = len(latest_first)
        return dict(
            _cut([(rank / count, unit) for rank, unit in enumerate(latest_first)], settings, test=test)
        )
    ranked: dict[str, list[tuple[float, str]]] = {}
    for unit, stratum in strata.items():
        ranked.setdefault(stratum, []).append((position(settings.seed, unit), unit))
    return {
        unit: name
        for stratum in ranked.values()
        for unit, name in _cut(sorted(stratum), settings, test=test, every=settings.stratify_by is not None)
    }


def _cut(
    ranked: list[tuple[float, str]], settings: Split, *, test: bool, every: bool = False
) -> Iterable[tuple[str, str]]:
    """Cut units, ranked by position, into test, validation and train.

    Args:
        ranked: position and unit, lowest first.
        settings: the shares.
        test: whether any goes to test; its share goes to training otherwise, so that validation stays.
        every: leave no split without a unit if there are three or more.
    """
    count = len(ranked)
    tested = sum(place < settings.test for place, _ in ranked)
    validated = sum(place < settings.test + settings.validation for place, _ in ranked)
    if every and count >= GROUPS_TO_STRATIFY:
        tested = min(max(tested, 1), count - 2)
        validated = min(max(validated, tested + 1), count - 1)
    for rank, (_, unit) in enumerate(ranked):
        first = "test" if test else "train"
        yield unit, first if rank < tested else "validation" if rank < validated else "train"


def _hash(seed: int, name: str) -> str:
    return hashlib.sha256(f"{seed}\n{name}".encode()).hexdigest()
