"""Which values may be named where rows are counted: others may hold what nobody else should read."""

from __future__ import annotations

import json
from collections.abc import Sequence

MOST_VALUES = 20
"""A meta field with more different values than this is not listed: it may name people."""
MANY_VALUES = f"(more than {MOST_VALUES} values)"
FILLED = "(filled)"


def shown(value: object, named: Sequence[object]) -> str:
    """A value that the contract names (or a boolean or null), or a word for any other."""
    if value is None or isinstance(value, bool) or value in named:
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return FILLED


def some(names: Sequence[str], most: int = 5) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
