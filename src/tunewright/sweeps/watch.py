"""Follow experiments in DVC's queue until all have ended, with workers at hand as long as some wait."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tunewright.errors import TunewrightError
from tunewright.experiments.dvc_queue import Entry, Queue
from tunewright.progress import say
from tunewright.sweeps.submission import Submitted
from tunewright.training.pruning import read_pruned

SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_BETWEEN_LINES = 30.0
LOOKS_AT_AN_ORPHAN = 3
"""A worker that ends, or an experiment that is being collected, may look orphaned for a moment."""
STARTS_IN_VAIN = 5
LINES_OF_A_FAILURE = 15
SCORING_OF_BASE = {"baseline", "base_suites"}
STAGE = re.compile(r"^(?:Running s|S)tage '(\w+)'", re.MULTILINE)
RUNNING_STAGE = re.compile(r"^Running stage '(\w+)'", re.MULTILINE)
NOISE = ("WARNING: No file hash info found", "Generating lock file", "Updating lock file", "To track the ")


How = Literal["done", "failed", "pruned", "lost", "removed"]


@dataclass(frozen=True)
class Outcome:
    """How an experiment ended.

    Attributes:
        name: as DVC shows it.
        how: done, failed, pruned (its search gave it up), lost (its worker was killed) or removed (somebody
            took it out of the queue).
        log: its last lines.
    """

    name: str
    how: How
    log: str = ""


@dataclass
class _Watched:
    """An experiment on its way, and what has been said of it."""

    name: str
    shown: int = 0
    stage: str = ""
    said_at: float = field(default_factory=time.monotonic)
    orphaned: int = 0


class Watch:
    """Follows experiments.

    Args:
        queue: DVC's.
        experiments: to follow.
        start: has that many workers run; called again when they have ended too soon.
        jobs: how many experiments run at once.
        first_alone: the first one prepares the data and scores the base model alone; with these results
            in the cache, the others begin.
        ended_before: experiments of the same search that are done with.
        total: of the whole search; null if these are all.
    """

    def __init__(
        self,
        queue: Queue,
        experiments: Sequence[Submitted],
        *,
        start: Callable[[int], None],
        jobs: int,
        first_alone: bool,
        ended_before: int = 0,
        total: int | None = None,
    ) -> None:
        """Take note; nothing happens before `until_ended`."""
        self.queue = queue
        self.start = start
        self.jobs = jobs
        self.first_alone = first_alone
        self.ended_before = ended_before
        self.total = total or len({one.revision for one in experiments})
        self.whole_log = self.total == 1
        self.starts_in_vain = 0
        self.left = {one.revision: _Watched(one.name) for one in experiments}
        self.outcomes: list[Outcome] = []

    def until_ended(self) -> list[Outcome]:
        """Wait for all; on Ctrl-C, the running ones end at their next checkpoint.

        Raises:
            TunewrightError: the workers die again and again.
        """
        try:
            while self.look():
                time.sleep(SECONDS_BETWEEN_LOOKS)
        except KeyboardInterrupt:
            self.stop()
            raise
        return self.outcomes

    def look(self) -> bool:
        """Look once, say what is new, see to the workers; false when all have ended."""
        entries = {entry.revision: entry for entry in self.queue.entries()}
        for revision in list(self.left):
            self._follow(revision, entries.get(revision))
        waiting = [entry for entry in entries.values() if entry.revision in self.left]
        if any(entry.state == "queued" for entry in waiting):
            self._see_to_workers(len(waiting))
        return bool(self.left)

    def stop(self) -> None:
        """Interrupt what runs; what waits stays in the queue."""
        say("stopping: running experiments end, queued ones stay; the same command goes on with both")
        self.queue.stop_workers()
        for entry in self.queue.entries():
            if entry.revision in self.left and entry.state == "running":
                self.queue.interrupt(entry)

    def _follow(self, revision: str, entry: Entry | None) -> None:
        watched = self.left[revision]
        if entry is None:
            self._end(revision, "removed")
        elif entry.state == "running":
            self._tell(watched, self.queue.log(entry))
            watched.orphaned = watched.orphaned + 1 if self.queue.is_orphaned(entry) else 0
            if watched.orphaned >= LOOKS_AT_AN_ORPHAN:
                self._end(revision, "lost", self.queue.log(entry))
        elif entry.state != "queued":
            log = self.queue.log(entry)
            self._tell(watched, log)
            self._end(revision, self._how(entry), log)

    def _how(self, entry: Entry) -> How:
        if entry.state == "done":
            return "done"
        return "failed" if read_pruned(self.queue.root, entry.name) is None else "pruned"

    def _end(self, revision: str, how: How, log: str = "") -> None:
        watched = self.left.pop(revision)
        self.first_alone = False
        tail = "\n".join(f"    {line}" for line in readable(log)[-LINES_OF_A_FAILURE:])
        self.outcomes.append(Outcome(watched.name, how, tail))
        say(f"[{self.ended_before + len(self.outcomes)}/{self.total}] {watched.name}: {how}")
        if how == "failed":
            where = f"  whole log: dvc queue logs '{watched.name}'" if tail else "  DVC could not set it up"
            say("\n".join(filter(None, [tail, where])))

    def _tell(self, watched: _Watched, log: str) -> None:
        """Say what an experiment does: of a single one all that it prints, of several where they are."""
        if {*STAGE.findall(log)[:-1]} >= SCORING_OF_BASE:
            self.first_alone = False
        if self.whole_log:
            whole = log[: log.rfind("\n") + 1]
            for line in readable(whole[watched.shown :]):
                say(line)
            watched.shown = len(whole)
            return
        stage = "".join(RUNNING_STAGE.findall(log)[-1:])
        now = time.monotonic()
        if stage == watched.stage and now - watched.said_at < SECONDS_BETWEEN_LINES:
            return
        last = f"stage {stage}" if stage != watched.stage else "".join(readable(log)[-1:]) or "setting up"
        watched.stage, watched.said_at = stage, now
        say(f"{watched.name}: {last}")

    def _see_to_workers(self, unfinished: int) -> None:
        wanted = min(1 if self.first_alone else self.jobs, unfinished)
        alive = len(self.queue.workers())
        if alive >= wanted:
            return
        self.starts_in_vain = 0 if alive else self.starts_in_vain + 1
        if self.starts_in_vain > STARTS_IN_VAIN:
            raise TunewrightError(
                "DVC's workers end at once",
                where=".dvc/tmp/exps/celery/dvc-exp-worker-1.out",
                fix="dvc doctor",
            )
        self.start(wanted)


def readable(log: str) -> list[str]:
    """The lines of a log without those that DVC writes for itself."""
    return [line for line in log.splitlines() if line.strip() and not line.startswith(NOISE)]
