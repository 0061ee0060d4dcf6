"""tracking=none: nothing is recorded beside DVC's own files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


class NoRun:
    """A run that records nothing."""

    def log(self, values: Mapping[str, float], step: int | None = None) -> None:
        """Record nothing."""

    def summary(self, values: Mapping[str, float]) -> None:
        """Record nothing."""

    def file(self, path: Path) -> None:
        """Keep nothing."""

    def close(self, *, failed: bool) -> None:
        """End nothing."""
