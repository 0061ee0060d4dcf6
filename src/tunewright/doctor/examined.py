"""`Examined`: what the checks look at, gathered once: the project, its settings, the libraries' probe."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from tunewright.config.schema import Settings
from tunewright.doctor.libraries import Libraries
from tunewright.errors import TunewrightError


@dataclass(frozen=True)
class Examined:
    """What is examined.

    Attributes:
        root: the project's folder; null outside a project: then the families that need one yield nothing.
        settings: the configuration; null outside a project or if it does not compose.
        config_error: why it does not compose.
        libraries: what torch and bitsandbytes said in a process of their own.
        fix: mend what is safe to mend.
    """

    root: Path | None
    settings: Settings | None
    config_error: TunewrightError | None
    libraries: Future[Libraries]
    fix: bool = False
