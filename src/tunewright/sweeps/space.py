"""What a search draws from: the values of each key, held against the schema before the first draw."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunewright.config.schema import GROUPS, Settings
from tunewright.config.schema.walk import alternatives, slot_at
from tunewright.errors import UsageError
from tunewright.sweeps.grammar import Assignment, Combination, Interval, values_of
from tunewright.sweeps.points import Points, compose_points

LOPSIDED = 10.0
"""From this ratio of the ends on, an interval without magnitudes hardly ever draws near its low end."""


@dataclass(frozen=True)
class Word:
    """What was typed, or stands in a file.

    Attributes:
        text: KEY=VALUES in Hydra's grammar.
        place: file and key; empty for the command line.
    """

    text: str
    place: str = ""


@dataclass(frozen=True)
class Choice:
    """A list of values of one key."""

    key: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Space:
    """All points of a search.

    Attributes:
        fixed: assignments that all points share.
        dimensions: the keys that are drawn, groups first.
    """

    fixed: Combination
    dimensions: tuple[Choice | Interval, ...]

    def point(self, drawn: Mapping[str, Any]) -> Combination:
        """The assignments of a point, groups first, since an option drops what was set for another.

        Args:
            drawn: value by key.
        """
        assignments = [*self.fixed, *(Assignment(key, value) for key, value in drawn.items())]
        return tuple(sorted(assignments, key=lambda one: one.key not in GROUPS))


def space_of(root: Path, words: Sequence[Word]) -> Space:
    """The space that words span; a single value is fixed.

    Raises:
        UsageError: all words that make no sense, each with its place; or nothing is left to draw.
    """
    fixed: dict[str, Assignment] = {}
    dimensions: dict[str, Choice | Interval] = {}
    bad: list[str] = []
    for word in words:
        try:
            found = values_of(root, word.text)
            _check(found, word.text)
        except UsageError as error:
            bad.append(f"{word.place}: {error}" if word.place else str(error))
            continue
        key = found.key if isinstance(found, Interval) else found[0].key
        fixed.pop(key, None)
        dimensions.pop(key, None)  # what is typed later wins
        if isinstance(found, Interval):
            dimensions[key] = found
        elif len(found) == 1:
            fixed[key] = found[0]
        else:
            dimensions[key] = Choice(key, tuple(one.value for one in found))
    if bad:
        raise UsageError("\n".join(bad))
    if not dimensions:
        raise UsageError(
            "nothing is left to draw: no key has several values",
            where="--sampler",
            fix="e.g. 'method.learning_rate=tag(log,interval(1e-5,1e-3))', or experiment=lora",
        )
    ordered = sorted(dimensions.values(), key=lambda one: one.key not in GROUPS)
    return Space(tuple(fixed.values()), tuple(ordered))


def check_ends(root: Path, space: Space) -> Points:
    """Compose every value of each key, of intervals both ends, with every combination of options.

    What lies between them is composed when it is drawn.

    Raises:
        UsageError: all that does not hold.
    """
    of_groups = [_ends(one) for one in space.dimensions if one.key in GROUPS]
    settings = [_ends(one) for one in space.dimensions if one.key not in GROUPS]
    found: dict[Combination, None] = {}
    for options in itertools.product(*of_groups):
        first = {one[0].key: one[0].value for one in settings}
        chosen = {one.key: one.value for one in options}
        found[space.point(chosen | first)] = None
        for ends in settings:
            for end in ends:
                found[space.point(chosen | first | {end.key: end.value})] = None
    return compose_points(root, list(found))


def lopsided(space: Space) -> Iterator[str]:
    """A note for each interval that spans magnitudes and is not drawn by magnitude."""
    for one in space.dimensions:
        if isinstance(one, Interval) and not one.log and one.low > 0 and one.high / one.low >= LOPSIDED:
            ends = f"interval({one.low:g},{one.high:g})"
            yield (
                f"{one.key}: drawn evenly from {one.low:g} to {one.high:g}, so mostly near the upper end; "
                f"by magnitude: '{one.key}=tag(log,{ends})'"
            )


def is_whole(key: str) -> bool:
    """Whether a setting takes whole numbers only."""
    return int in _kinds(key) and float not in _kinds(key)


def _ends(one: Choice | Interval) -> list[Assignment]:
    if isinstance(one, Choice):
        return [Assignment(one.key, value) for value in one.values]
    ends = (int(one.low), int(one.high)) if is_whole(one.key) else (one.low, one.high)
    return [Assignment(one.key, end) for end in ends]


def _check(found: list[Assignment] | Interval, text: str) -> None:
    if isinstance(found, list):
        if len(found) > 1 and len({str(one) for one in found}) < len(found):
            raise UsageError("names a value twice", where=text)
        return
    kinds = _kinds(found.key)
    if kinds and not kinds & {int, float}:
        raise UsageError("interval() is for numbers", where=text, fix="list the values: KEY=A,B")
    if is_whole(found.key) and not (found.low.is_integer() and found.high.is_integer()):
        raise UsageError("the setting takes whole numbers: so must both ends be", where=text)


def _kinds(key: str) -> set[Any]:
    """The types that a setting takes; none if there is no such setting, which compose says better."""
    slot = slot_at(Settings, key.split("."))
    return set(alternatives(slot.annotation)) if slot is not None and slot.key == key else set()
