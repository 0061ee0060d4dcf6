"""`Effect`: an outcome of tunewright's own code, and a value of the setting that must change it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tunewright.config.keys import ENTRY
from tunewright.config.rules.every import broken_rules
from tunewright.config.schema import GROUPS, Settings

SHARED = TemporaryDirectory(prefix="tunewright-effects-")
"""For what several outcomes need; goes away with the process."""

Outcome = Callable[[Settings, Path], object]


@dataclass(frozen=True)
class Effect:
    """How a setting acts.

    Attributes:
        outcome: what is observed, from the settings and an empty folder; reads no setting for itself.
        to: the changed value, or a function that makes it.
        given: what else holds, before and after, by dotted key.
        lawful: both settings keep every rule; not where breaking one is the outcome.
    """

    outcome: Outcome
    to: object
    given: Mapping[str, object] = field(default_factory=dict)
    lawful: bool = True


def with_values(settings: Settings, values: Mapping[str, object]) -> Settings:
    """The settings with other values by dotted key (of lists: the first entry), types checked."""
    plain: Any = settings.model_dump(mode="json")
    for key, value in values.items():
        *above, last = key.replace(ENTRY, "0").split(".")
        node = plain
        for part in above:
            if isinstance(node, dict) and node.get(part) is None:
                node[part] = {}
            node = node[int(part)] if isinstance(node, list) else node[part]
        node[last] = value() if callable(value) else value
    return Settings.model_validate_json(json.dumps(plain), strict=True)


def refused(settings: Settings, _: Path) -> object:
    """What the rules between settings say."""
    return [str(problem) for problem in broken_rules({group: getattr(settings, group) for group in GROUPS})]
