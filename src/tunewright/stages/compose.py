"""compose: check params.yaml and conf/ as a whole, write resolved.yaml."""

from __future__ import annotations

from pathlib import Path

from tunewright.artifacts import write_text
from tunewright.config.compose import compose
from tunewright.config.resolved import to_yaml
from tunewright.config.stage_settings import RESOLVED


def run(root: Path) -> None:
    """Compose, validate and write; an unchanged result leaves the file untouched.

    Raises:
        ConfigError: everything that is wrong, at once.
    """
    settings = compose(root)
    text = to_yaml(settings)
    path = root / RESOLVED
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        write_text(path, text)
