"""`tracked_run`: what a stage writes metrics to. A tracker that fails is said once and never stops work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from tunewright.config.schema.settings import Project
from tunewright.config.schema.tracking import Tracking
from tunewright.progress import say


class Run(Protocol):
    """What a stage can record. Values are numbers by name; rows and their text are never recorded."""

    def log(self, values: Mapping[str, float], step: int | None = None) -> None:
        """Record values of one optimizer step."""

    def summary(self, values: Mapping[str, float]) -> None:
        """Record final values; a later stage adds to them."""

    def file(self, path: Path) -> None:
        """Keep a copy of a file with the run. Give only files that hold no row of the data."""


class Backend(Run, Protocol):
    """A run that can be ended."""

    def close(self, *, failed: bool) -> None:
        """End the stage's part of the run."""


@contextmanager
def tracked_run(tracking: Tracking, project: Project, stage: str) -> Iterator[Run]:
    """Open the experiment's run for one stage and close it after the block.

    All stages of an experiment write to one run (`tunewright.tracking.identity`).

    Args:
        tracking: which tracker.
        project: names the run.
        stage: baseline, train, evaluate or report.
    """
    run = _Guarded(lambda: _open(tracking, project, stage))
    failed = True
    try:
        yield run
        failed = False
    finally:
        run.close(failed=failed)


def _open(tracking: Tracking, project: Project, stage: str) -> Backend:
    if tracking.backend == "none":
        from tunewright.tracking.none import NoRun

        return NoRun()
    from tunewright.tracking.wandb import open_run

    return open_run(tracking, project, stage)


class _Guarded:
    """A backend whose first failure is said and which is then left alone."""

    def __init__(self, open_backend: Callable[[], Backend]) -> None:
        self._backend: Backend | None = None
        self._attempt(lambda: setattr(self, "_backend", open_backend()))

    def log(self, values: Mapping[str, float], step: int | None = None) -> None:
        if backend := self._backend:
            self._attempt(lambda: backend.log(values, step))

    def summary(self, values: Mapping[str, float]) -> None:
        if backend := self._backend:
            self._attempt(lambda: backend.summary(values))

    def file(self, path: Path) -> None:
        if backend := self._backend:
            self._attempt(lambda: backend.file(path))

    def close(self, *, failed: bool) -> None:
        if backend := self._backend:
            self._attempt(lambda: backend.close(failed=failed))

    def _attempt(self, act: Callable[[], None]) -> None:
        # Whatever a tracker raises, it is not worth an hour of training; hence the broad catch.
        try:
            act()
        except Exception as error:  # noqa: BLE001
            self._backend = None
            reason = str(error).strip().splitlines() or [""]
            say(f"tracking failed and is off for the rest of this stage: {type(error).__name__}: {reason[0]}")
