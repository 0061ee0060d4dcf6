"""compose: check params.yaml and conf/ as a whole, and that no secret is in them; write resolved.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from tunewright.artifacts import write_text
from tunewright.config.compose import compose
from tunewright.config.resolved import to_yaml
from tunewright.config.schema.settings import Settings
from tunewright.config.stage_settings import RESOLVED
from tunewright.errors import ConfigError, Problem
from tunewright.tracking.secrets import scrub


def run(root: Path) -> None:
    """Compose, validate and write; an unchanged result leaves the file untouched.

    Raises:
        ConfigError: everything that is wrong, at once.
    """
    settings = compose(root)
    refuse_secrets(settings)
    text = to_yaml(settings)
    path = root / RESOLVED
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        write_text(path, text)


def refuse_secrets(settings: Settings) -> None:
    """Settings stand in git, in reports and with trackers: none may look like a secret.

    Raises:
        ConfigError: names each key, never the value.
    """
    problems = [
        Problem(
            key,
            "looks like a secret, and settings stand in git and in the report",
            fix=f"take it out (`tunewright show {key}` says where it stands) and put it into .env",
        )
        for key, value in leaves(settings.model_dump(mode="json"))
        if scrub({key.rpartition(".")[2]: value}) != {key.rpartition(".")[2]: value}
    ]
    if problems:
        raise ConfigError(problems)


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
