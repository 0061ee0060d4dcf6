"""`tracked_run`: what a stage records to. No tracker can stop or slow the work: each has its own process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from tunewright.config.schema.settings import Project
from tunewright.config.schema.tracking import Tracking
from tunewright.progress import say
from tunewright.tracking.opening import openings
from tunewright.tracking.records import End, Final, Record, Step


class Outlet(Protocol):
    """Takes records without making anyone wait."""

    def send(self, record: Record) -> None:
        """Pass a record on, or drop it."""

    def close(self, end: End) -> None:
        """Pass the end on and wait for it a bounded time."""


class Run:
    """What a stage records, given to every tracker."""

    def __init__(self, outlets: Sequence[Outlet]) -> None:
        """Record to these."""
        self._outlets = outlets

    def record(self, record: Record) -> None:
        """Record whatever there is a dataclass for."""
        for outlet in self._outlets:
            outlet.send(record)

    def log(self, values: Mapping[str, float], step: int | None = None) -> None:
        """Record numbers of one optimizer step."""
        self.record(Step(values, step))

    def summary(self, values: Mapping[str, float]) -> None:
        """Record final numbers; a later stage adds to them."""
        self.record(Final(values))


@contextmanager
def tracked_run(tracking: Tracking, project: Project, stage: str, root: Path) -> Iterator[Run]:
    """Open the experiment's run for one stage and end the stage's part of it after the block.

    All stages of an experiment write to one run (`tunewright.tracking.identity`).

    Args:
        tracking: which trackers, and how.
        project: names the run.
        stage: baseline, train, evaluate or report.
        root: the project's folder.
    """
    outlets = _started(tracking, project, stage, root)
    failed = True
    try:
        yield Run(outlets)
        failed = False
    finally:
        for outlet in outlets:
            outlet.close(End(failed))


def _started(tracking: Tracking, project: Project, stage: str, root: Path) -> list[Outlet]:
    from tunewright.tracking.process import TrackerProcess

    try:
        return [TrackerProcess(opening) for opening in openings(tracking, project, stage, root)]
    # Whatever keeps a tracker from starting (a torn dvc.lock, no process to be had) is not worth a training.
    except Exception as error:  # noqa: BLE001
        say(f"tracking: nothing is recorded of this stage: {type(error).__name__}: {error}")
        return []
