"""A few removed rows for the data card, with the rows that stay: where they stand, not what they say."""

from __future__ import annotations

from collections.abc import Iterable

from tunewright.data.card import DuplicateExample
from tunewright.data.raw_row import Discarded, Place
from tunewright.data.split import Parts

SHOWN = 3
"""Examples of each reason."""
LOOKED_AT = 100
"""Removed rows of each reason among which the examples are looked for."""


def duplicate_examples(discarded: Iterable[Discarded], parts: Parts) -> tuple[DuplicateExample, ...]:
    """Up to `SHOWN` examples for each reason, of rows whose twin stands in a split.

    Twins in train and validation come first: nobody should look at test rows without need.

    Args:
        discarded: removed rows, in an order that does not change from run to run.
        parts: the rows of each split.
    """
    first: dict[str, list[tuple[Discarded, Place]]] = {}
    for row in discarded:
        if row.stays is not None and len(alike := first.setdefault(row.reason, [])) < LOOKED_AT:
            alike.append((row, row.stays))
    sought = {stays for alike in first.values() for _, stays in alike}
    twins = {
        member.row.place: (member.row.id, split)
        for split, members in parts.items()
        for member in (members if sought else ())
        if member.row.place in sought
    }
    found = []
    for alike in first.values():
        standing = [(row, *twins[stays]) for row, stays in alike if stays in twins]
        standing.sort(key=lambda example: example[2] == "test")
        found += [
            DuplicateExample(row.reason, str(row.place), row.detail, name, split)
            for row, name, split in standing[:SHOWN]
        ]
    return tuple(found)
