"""`scrub`: settings as they may be shown to a tracker, with anything that looks like a secret taken out."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "[secret]"
_NAME = re.compile(r"(^|[_-])(api[_-]?key|key|token|secret|passw(or)?d|credentials?)$", re.IGNORECASE)
_SHAPES = re.compile(
    r"hf_[A-Za-z0-9]{20,}"  # Hugging Face
    r"|sk-[A-Za-z0-9_-]{20,}"  # OpenAI and those who copied it
    r"|gh[pousr]_[A-Za-z0-9]{20,}"  # GitHub
    r"|AKIA[A-Z0-9]{16}"  # AWS
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"  # user:password@ in an address
)
SHORTEST = 8
"""A shorter value of a secret variable is no secret (`KEY=1`), and blotting it out would garble settings."""


def scrub(value: Any, environment: Mapping[str, str] = os.environ) -> Any:  # noqa: ANN401 - plain values
    """A copy without secrets: values under telling names, of known shapes, or found in secret variables.

    Args:
        value: plain values: mappings, lists, text, numbers.
        environment: whose values of telling names are secrets wherever they stand.
    """
    known = [text for name, text in environment.items() if _NAME.search(name) and len(text) >= SHORTEST]
    return _scrubbed(value, known)


def _scrubbed(value: Any, known: list[str]) -> Any:  # noqa: ANN401 - plain values
    if isinstance(value, Mapping):
        return {
            key: HIDDEN if isinstance(item, str) and _NAME.search(str(key)) else _scrubbed(item, known)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_scrubbed(item, known) for item in value]
    if isinstance(value, str):
        for secret in known:
            value = value.replace(secret, HIDDEN)
        return _SHAPES.sub(HIDDEN, value)
    return value
