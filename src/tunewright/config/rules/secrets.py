"""No setting may hold a secret: settings stand in git, in reports and with trackers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tunewright.errors import Problem
from tunewright.secret_text import looks_like_a_secret


def secrets(values: Mapping[str, object]) -> Iterator[Problem]:
    """Each setting that looks like a secret, by key; its value is never told.

    Args:
        values: the composed settings, whatever their types.
    """
    for key, value in leaves(values):
        if looks_like_a_secret(key.rpartition(".")[2], value):
            fix = f"take it out (`tunewright show {key}` says where it stands) and put it into .env"
            yield Problem(key, "looks like a secret, and settings stand in git and in the report", fix=fix)


def leaves(value: object, key: str = "") -> Iterator[tuple[str, object]]:
    """Every single value below a mapping or list, with its dotted key."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from leaves(item, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from leaves(item, f"{key}.{number}")
    else:
        yield key, value
