"""The last look before the splits are written: does anything of one stand in another?"""

from __future__ import annotations

from tunewright.data.raw_row import Place
from tunewright.data.split import Parts
from tunewright.errors import DataError


def refuse_leaks(parts: Parts) -> None:
    """Make sure that no prompt, no near-duplicate and no group stands in two splits.

    Raises:
        DataError: one does; names the two places.
    """
    for what in ("prompt_key", "cluster", "group"):
        held: dict[str, tuple[str, Place]] = {}
        for name, members in parts.items():
            for member in members:
                key = member.cluster if what == "cluster" else getattr(member.row, what)
                if not key:
                    continue
                owner, place = held.setdefault(key, (name, member.row.place))
                if owner != name:
                    raise DataError(
                        f"the same {what} as {place}, which is in {owner}, stands in {name}",
                        where=str(member.row.place),
                        fix="report it: the splits must never share a row",
                    )
