"""The packaged options of every group, with the purpose that their files open with."""

from __future__ import annotations

from tunewright.config.catalogue import catalogue
from tunewright.config.places import packaged_conf
from tunewright.config.schema import LISTED

from .tables import code, table


def markdown() -> str:
    """A section a group."""
    return "\n".join(f"## {group}\n\n{table(['option', 'for'], _rows(group))}" for group in LISTED)


def _rows(group: str) -> list[list[str]]:
    nowhere = packaged_conf()  # no project, so that only packaged options are found
    return [[code(option.name), option.purpose] for option in catalogue(nowhere, group)]
