"""`TrackerProcess`: a tracker at arm's length, so that it can be slow, hang, crash or be missing.

Records go through a bounded queue to a thread, which writes them to the process
(`tunewright.tracking.worker`). Sending never waits; at the end there is a limit to waiting.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from pathlib import Path
from queue import Full, Queue
from typing import IO

from tunewright.progress import say
from tunewright.tracking.opening import Opening
from tunewright.tracking.records import End, Record, to_line

MOST_RECORDS_WAITING = 10_000
SECONDS_TO_FINISH = 60.0
"""A tracker that has not taken everything so long after the work is done is left behind."""
SECONDS_AFTER_A_FAILURE = 10.0
"""Who has interrupted the work waits for its end, a cluster perhaps that will soon kill it."""


class TrackerProcess:
    """One tracker, for one stage.

    Args:
        opening: what it must know.
        command: that starts it.
    """

    def __init__(
        self, opening: Opening, command: tuple[str, ...] = ("-P", "-m", "tunewright.tracking.worker")
    ) -> None:
        """Start it; the work goes on meanwhile."""
        self._name = opening.tracker
        self._log = Path(opening.folder) / "tracking" / f"{opening.identity.run_id}-{opening.tracker}.log"
        self._waiting: Queue[str | None] = Queue(MOST_RECORDS_WAITING)
        self._said = False
        with self._output() as output:
            # The project's folder must not be looked through for modules (-P): it may hold a `wandb`.
            self._process = subprocess.Popen(
                [sys.executable, *command], stdin=subprocess.PIPE, stdout=output, text=True
            )
        self._waiting.put(opening.to_line())
        threading.Thread(target=self._feed, daemon=True).start()

    def send(self, record: Record) -> None:
        """Pass a record on; one that finds no room is dropped, which is said once."""
        try:
            self._waiting.put_nowait(to_line(record))
        except Full:
            self._say_once("does not keep up; what it misses stands in metrics/ and plots/")

    def close(self, end: End) -> None:
        """Wait until the tracker has everything, but not for long."""
        limit = min(SECONDS_TO_FINISH, SECONDS_AFTER_A_FAILURE) if end.failed else SECONDS_TO_FINISH
        deadline = time.monotonic() + limit
        try:
            for line in (to_line(end), None):
                self._waiting.put(line, timeout=max(0.0, deadline - time.monotonic()))
            code = self._process.wait(max(0.0, deadline - time.monotonic()))
        except (Full, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
            self._say_once(f"did not finish within {limit:.0f} s and was left behind")
        else:
            if code != 0:
                self._say_once(f"ended early with code {code}; its own words: {self._log}")

    def _feed(self) -> None:
        stdin = self._process.stdin
        assert stdin is not None  # noqa: S101 - it was asked for
        # A process that is gone takes nothing more, which `close` says; what waits is thrown away.
        gone = False
        for line in iter(self._waiting.get, None):
            try:
                if not gone:
                    stdin.write(line)
                    stdin.flush()
            except OSError:
                gone = True
        with contextlib.suppress(OSError):
            stdin.close()

    def _output(self) -> contextlib.AbstractContextManager[IO[str] | int]:
        """What the tracker's libraries print goes to a file; the process itself speaks on standard error."""
        try:
            self._log.parent.mkdir(parents=True, exist_ok=True)
            return self._log.open("a", encoding="utf-8")
        except OSError:
            return contextlib.nullcontext(subprocess.DEVNULL)

    def _say_once(self, text: str) -> None:
        if not self._said:
            self._said = True
            say(f"tracking: {self._name} {text}")
