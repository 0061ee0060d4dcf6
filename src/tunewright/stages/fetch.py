"""fetch: bring the base model into the shared cache and record revision and hashes."""

from __future__ import annotations

from pathlib import Path

from tunewright.artifacts import BASE_MODEL
from tunewright.config.stage_settings import stage_settings
from tunewright.models.fetch import fetch
from tunewright.models.record import read_record, write_record


def run(root: Path) -> None:
    """Fetch and record; the earlier record (the out is persistent) keeps an open revision where it was.

    Raises:
        ModelError: the model cannot be had, verified or used.
    """
    path = root / BASE_MODEL
    locked = read_record(path) if path.exists() else None
    write_record(path, fetch(stage_settings("fetch", root).settings.model, locked))
