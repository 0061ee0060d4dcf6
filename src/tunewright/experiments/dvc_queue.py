"""DVC's queue of experiments: what is in it, and which processes work on it.

What `dvc queue` is built on is used in this process, since each dvc command takes a second or two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tunewright.errors import TunewrightError

if TYPE_CHECKING:
    import psutil

State = Literal["queued", "running", "failed", "done"]
TELL_TALE = {"worker": "queue-worker", "experiment": "exec-run"}
SECONDS_TO_END = 60.0


@dataclass(frozen=True)
class Entry:
    """An experiment in the queue.

    Attributes:
        name: as DVC shows it.
        revision: the commit that it starts from, which also names its log.
        baseline: the commit on which it was queued.
        state: of it; `running` also when its worker was killed, since DVC cannot tell.
    """

    name: str
    revision: str
    baseline: str
    state: State


class Queue:
    """DVC's queue.

    Args:
        root: the project's folder.
    """

    def __init__(self, root: Path) -> None:
        """Take note; DVC is imported at the first question."""
        self.root = root

    @cached_property
    def _queue(self) -> Any:  # noqa: ANN401 - DVC has no types
        from dvc.repo import Repo

        return Repo(str(self.root)).experiments.celery_queue

    def entries(self) -> list[Entry]:
        """All that is in the queue, the finished ones included.

        Raises:
            TunewrightError: DVC cannot read an entry of its own.
        """
        from dvc.exceptions import DvcException

        try:
            return list(self._entries())
        except DvcException as error:
            raise TunewrightError(
                f"DVC cannot read its queue: {error}", fix="dvc queue remove --success --failed"
            ) from error

    def _entries(self) -> Iterator[Entry]:
        queue = self._queue
        for entry in queue.iter_queued():
            yield _entry(entry, "queued")
        for entry in queue.iter_active():
            yield _entry(entry, "running")
        for done in queue.iter_done():
            yield _entry(done.entry, "done" if done.result and done.result.ref_info else "failed")

    def log(self, entry: Entry) -> str:
        """What the experiment has printed so far; empty before it has begun."""
        path = Path(self._queue.pid_dir) / entry.revision / f"{entry.revision}.out"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def workers(self) -> set[int]:
        """Process numbers of the workers that are alive."""
        from dvc_task.proc.process import ProcessInfo

        infos = (ProcessInfo.load(str(path)) for path in Path(self._queue.wdir).glob("dvc-exp-worker-*.json"))
        return {info.pid for info in infos if _process(info.pid, "worker") is not None}

    def is_orphaned(self, entry: Entry) -> bool:
        """Whether a running experiment has lost its worker, so that nobody will collect its result."""
        workers = self.workers()
        info = self._queue.proc.get(entry.revision)
        if not workers or info is None or info.returncode is not None:
            return not workers
        process = _process(info.pid, "experiment")
        return process is None or process.ppid() not in workers

    def interrupt(self, entry: Entry) -> None:
        """Have a running experiment end: its stages first, so that training leaves a checkpoint."""
        import psutil

        info = self._queue.proc.get(entry.revision)
        process = None if info is None else _process(info.pid, "experiment")
        if process is None:
            return
        family = [*reversed(process.children(recursive=True)), process]
        for one in family:
            _signal(one, "interrupt")
        for one in psutil.wait_procs(family, SECONDS_TO_END)[1]:
            _signal(one, "kill")

    def stop_workers(self) -> None:
        """Have every worker end once its present experiment has."""
        self._queue.celery.control.shutdown()

    def remove(self, entry: Entry) -> None:
        """Take an experiment that failed, or whose worker was killed, out of the queue."""
        if entry.state == "running":
            self.interrupt(entry)
            info = self._queue.proc.get(entry.revision)
            if info is not None and info.returncode is None:
                # Otherwise DVC would signal whatever process has that number by now.
                info.returncode = -1
                self._queue.proc[entry.revision] = info
            self._queue.kill([entry.revision])  # nothing is left to kill: DVC marks it as failed
        self._queue.remove([entry.revision])


def _entry(entry: Any, state: State) -> Entry:  # noqa: ANN401 - DVC's QueueEntry
    return Entry(entry.name or entry.stash_rev[:7], entry.stash_rev, entry.baseline_rev, state)


def _process(pid: int, kind: Literal["worker", "experiment"]) -> psutil.Process | None:
    """The process if it lives and is what it is taken for: numbers are given anew."""
    import psutil

    try:
        process = psutil.Process(pid)
        words = process.cmdline()  # empty for a zombie
    except psutil.Error:
        return None
    return process if TELL_TALE[kind] in words else None


def _signal(process: psutil.Process, kind: Literal["interrupt", "kill"]) -> None:
    import signal

    import psutil

    try:
        process.send_signal(signal.SIGINT if kind == "interrupt" else signal.SIGKILL)
    except psutil.Error:
        return  # it has ended by itself
