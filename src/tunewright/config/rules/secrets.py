"""No setting may hold a secret: settings stand in git, in reports and with trackers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tunewright.errors import Problem
from tunewright.secret_text import SHORTEST, looks_like_a_secret

_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,63}")


def secrets(values: Mapping[str, object]) -> Iterator[Problem]:
    """Each setting that looks like a secret, by key; its value is never told.

    Args:
        values: the composed settings, whatever their types.
    """
    for key, value in leaves(values):
        name = key.rpartition(".")[2]
        if name.endswith("_env") and _may_be_a_key(value):
            what = "names an environment variable (capitals, digits and _), and this is no such name"
            yield Problem(key, what, fix=f"put the key into .env and its variable here: {key}=OPENAI_API_KEY")
        elif looks_like_a_secret(name, value):
            fix = f"take it out (`tunewright show {key}` says where it stands) and put it into .env"
            yield Problem(key, "looks like a secret, and settings stand in git and in the report", fix=fix)


def _may_be_a_key(value: object) -> bool:
    """Whether what should name a variable is no such name, and long enough to be the key itself."""
    return isinstance(value, str) and len(value) >= SHORTEST and not _VARIABLE.fullmatch(value)


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
