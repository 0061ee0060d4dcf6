"""What the header of a table must have."""

from __future__ import annotations

from collections.abc import Sequence

from tunewright.errors import DataError


def check_header(header: Sequence[str], required: Sequence[str], where: str) -> None:
    """Every column has a name of its own, and all that the settings name are there.

    Raises:
        DataError: names the columns that are missing, and those that are there.
    """
    repeated = sorted({column for column in header if header.count(column) > 1})
    if repeated:
        raise DataError(f"the header names {_listed(repeated)} twice", where=where, fix="rename one")
    missing = [column for column in required if column not in header]
    if missing:
        raise DataError(
            f"no column {_listed(missing)}; the header has {_listed(header)}",
            where=where,
            fix="map the columns in data.fields, or in rename of this source; if the columns are not told "
            "apart, set its delimiter",
        )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, dict.fromkeys(names)))
