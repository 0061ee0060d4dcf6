"""Hold points against what is there: computed and queued ones are kept, failed ones begin anew."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunewright.config.schema import Settings
from tunewright.config.stage_settings import declared_keys
from tunewright.experiments.dvc_queue import Queue
from tunewright.sweeps.naming import names_of
from tunewright.sweeps.points import Point
from tunewright.sweeps.record import Record
from tunewright.sweeps.submission import Submitted

SHARED_STAGES = ("prepare", "baseline", "base_suites", "reference")


@dataclass(frozen=True)
class Arranged:
    """Where each point stands.

    Attributes:
        finished: names of experiments that have computed a point already.
        waiting: in the queue, or running.
        new: name and point, to be queued.
        again: names of those new ones that failed, or lost their worker, before.
    """

    finished: list[str]
    waiting: list[Submitted]
    new: list[tuple[str, Point]]
    again: list[str]


def arrange(root: Path, queue: Queue, points: Sequence[Point], prefix: str = "") -> Arranged:
    """Look every point up; what failed, or lost its worker, is taken out of the queue and is new.

    Args:
        root: the project's folder.
        queue: DVC's queue there.
        points: to look up.
        prefix: stands before the names of new ones.

    Raises:
        TunewrightError: DVC cannot read its queue.
    """
    record = Record(root, queue)
    finished: list[str] = []
    waiting: list[Submitted] = []
    new: list[Point] = []
    removed: list[str] = []
    for point in points:
        if done := record.find_finished(point):
            finished.append(done.name)
            continue
        entry = record.find_waiting(point)
        if entry and (entry.state == "queued" or (entry.state == "running" and not queue.is_orphaned(entry))):
            waiting.append(Submitted(entry.name, entry.revision))
            continue
        if entry:
            queue.remove(entry)
            removed.append(entry.name)
        new.append(point)
    names = names_of([point.assignments for point in new], prefix, record.names - set(removed))
    return Arranged(finished, waiting, list(zip(names, new, strict=True)), removed)


def share_first_stages(root: Path, settings: Sequence[Settings]) -> bool:
    """Whether points have prepared data or base scores in common, which one of them can compute for all.

    Args:
        root: the project's folder.
        settings: of the points.
    """
    keys = [key for stage in SHARED_STAGES for key in declared_keys(stage, root)[0]]
    kinds = {json.dumps(list(_values(one.model_dump(mode="json"), keys))) for one in settings}
    return len(kinds) < len(settings)


def _values(values: Any, keys: Sequence[str]) -> Iterator[Any]:  # noqa: ANN401 - plain values
    for key in keys:
        value = values
        for part in key.split("."):
            value = value and value[part]
        yield value
