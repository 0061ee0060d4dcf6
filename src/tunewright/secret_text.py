"""What looks like a secret: `scrub` takes it out of settings, `kinds_of_secrets` finds it in files."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from tunewright.secret_shapes import BY_FORM, BY_NAME

HIDDEN = "[secret]"
_NAME = re.compile(r"(^|[_-])(api[_-]?key|key|token|secret|passw(or)?d|credentials?)$", re.IGNORECASE)
_INVENTED = re.compile(
    r"example|x{4,}|\.\.\.|\*{3,}|[<${]|your[_-]|user:pass|:(password|secret|token)$", re.IGNORECASE
)
_FEWEST_CHARACTERS = 5
SHORTEST = 8
"""A shorter value of a secret variable is no secret (`KEY=1`), and blotting it out would garble settings."""


def scrub(value: Any, environment: Mapping[str, str] = os.environ) -> Any:  # noqa: ANN401 - plain values
    """A copy without secrets: values under telling names, of known shapes, or found in secret variables.

    The user's home folder, which often names a person, becomes `~`.

    Args:
        value: plain values: mappings, lists, text, numbers.
        environment: whose values of telling names are secrets wherever they stand.
    """
    known = _known(environment)
    if len(home := environment.get("HOME", "").rstrip("/")) > 1:
        known[f"{home}/"] = "~/"
    return _scrubbed(value, known)


def looks_like_a_secret(name: str, value: object, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether `scrub` would take a single value out, because of what it is or the name that it has."""
    return bool(_scrubbed({name: value}, _known(environment)) != {name: value})


def kinds_of_secrets(line: str) -> list[str]:
    """The kinds of secrets that a line of a file seems to hold; what is plainly invented does not count."""
    return sorted(
        {
            kind
            for shapes in (BY_FORM, BY_NAME)
            for kind, shape in shapes.items()
            for found in shape.finditer(line)
            if not _invented(found.groupdict().get("value") or found[0])
        }
    )


def _invented(value: str) -> bool:
    """Whether a value is a placeholder: `hf_xxxx`, AWS's ...EXAMPLE, `user:password`, `${TOKEN}`."""
    return bool(_INVENTED.search(value)) or len(set(value)) < _FEWEST_CHARACTERS


def _known(environment: Mapping[str, str]) -> dict[str, str]:
    """The values of secret variables, the longest first: one may be part of another."""
    found = {text for name, text in environment.items() if _NAME.search(name) and len(text) >= SHORTEST}
    return dict.fromkeys(sorted(found, key=len, reverse=True), HIDDEN)


def _scrubbed(value: Any, known: Mapping[str, str]) -> Any:  # noqa: ANN401 - plain values
    if isinstance(value, Mapping):
        return {
            _scrubbed(key, known): HIDDEN
            if isinstance(item, str) and _NAME.search(str(key))
            else _scrubbed(item, known)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_scrubbed(item, known) for item in value]
    if isinstance(value, str):
        for text, instead in known.items():
            value = value.replace(text, instead)
        for shape in BY_FORM.values():
            value = shape.sub(HIDDEN, value)
        return value
    return value
