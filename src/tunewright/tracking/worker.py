"""The process of one tracker: `python -P -m tunewright.tracking.worker`, fed on standard input.

Started by `tunewright.tracking.process`. It takes the secrets out of whatever it records; what fails is
said once on standard error, and the rest is recorded all the same.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from tunewright.secret_text import scrub
from tunewright.tracking.copies import scrubbed_copy
from tunewright.tracking.identity import UNRELATED
from tunewright.tracking.ledger import enter
from tunewright.tracking.opening import Opening, from_line
from tunewright.tracking.process import SECONDS_TO_FINISH
from tunewright.tracking.records import Artifact, Curve, Declared, End, Facts, File, Record, from_plain

Say = Callable[[str], None]
Result = TypeVar("Result")


class Backend(Protocol):
    """A tracker's run, opened or resumed.

    Attributes:
        place: its address, or its path.
        fills_gaps: it leaves out steps that it has, so that all may be told again.
    """

    place: str
    fills_gaps: bool

    def write(self, record: Record) -> None:
        """Record it."""

    def close(self, *, failed: bool) -> None:
        """End this stage's part; the next stage goes on with the same run."""


def main() -> int:
    """Record what comes in until it ends; an end without word means that the work was killed."""
    say = _speak_where_the_stage_does()
    for number in (signal.SIGINT, signal.SIGTERM):  # the stage ends, then closes this process's input
        signal.signal(number, signal.SIG_IGN)
    opening = from_line(sys.stdin.readline())
    threading.Thread(target=_end_after, args=(opening.parent,), daemon=True).start()
    opening = opening.scrubbed()
    once = _Once(lambda text: say(scrub(f"tracking: {opening.tracker}: {text}")))
    if backend := once.attempt(lambda: open_backend(opening, once)):
        record_all(opening, backend, once)
    return 0


def open_backend(opening: Opening, say: Say) -> Backend | None:
    """The tracker's run; null if the tracker is not to be used, which it has said."""
    if opening.tracker == "wandb":
        from tunewright.tracking import wandb

        return wandb.open_run(opening, say)
    from tunewright.tracking import mlflow

    return mlflow.open_run(opening, say)


def record_all(opening: Opening, backend: Backend, once: _Once) -> None:
    """Record every line of standard input."""
    place = scrub(backend.place)
    earlier = once.attempt(lambda: enter(opening, place)) or frozenset()
    for record in _introduction(opening):
        once.attempt(partial(backend.write, record))
    failed = True
    with tempfile.TemporaryDirectory() as folder:
        for line in sys.stdin:
            record = from_plain(*scrub(json.loads(line)))
            match record:
                case End():
                    failed = record.failed
                case Curve():
                    missing = record.stage not in earlier or backend.fills_gaps
                    for step in record.steps if missing else ():
                        once.attempt(partial(backend.write, step))
                case File() | Artifact():
                    once.attempt(partial(_write_copy, backend, record, opening, Path(folder)))
                case _:
                    once.attempt(partial(backend.write, record))
        once.attempt(lambda: backend.close(failed=failed))


def _introduction(opening: Opening) -> tuple[Record, ...]:
    """What was declared, and what the experiment stands on."""
    from tunewright.tracking.environment import environment

    may_change = {key: opening.settings[key] for key in UNRELATED if key in opening.settings}
    declared = {key: value for key, value in opening.settings.items() if key not in may_change}
    stands_on = {
        "git_commit": opening.identity.commit,
        "dvc_experiment": opening.identity.experiment,
        "dvc": opening.hashes,
        "environment": scrub(environment()),
    }
    return Declared(declared), Facts({**may_change, **stands_on})


def _write_copy(backend: Backend, record: File | Artifact, opening: Opening, folder: Path) -> None:
    """Record a file or result: DVC's hash where it has one; of files a copy, without secrets."""
    source = Path(opening.root, record.path)
    if isinstance(record, File):
        backend.write(replace(record, path=str(scrubbed_copy(source, folder))))
        return
    copy = str(scrubbed_copy(source, folder)) if record.upload else ""
    backend.write(replace(record, digest=opening.hashes.get(record.path, record.digest), copy=copy))


class _Once:
    """Says the first thing that went wrong, and no other: they mostly have one cause."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._said = False

    def __call__(self, text: str) -> None:
        if not self._said:
            self._said = True
            self._say(text)

    def attempt(self, act: Callable[[], Result]) -> Result | None:
        # Whatever a tracker raises, it is not worth an hour of training; hence the broad catch.
        try:
            return act()
        except Exception as error:  # noqa: BLE001
            first = (str(error).strip().splitlines() or [""])[0]
            self(f"{type(error).__name__}: {first}; the work goes on")
            return None


def _speak_where_the_stage_does() -> Say:
    """Keep standard error for our own words; whatever libraries print goes where standard output goes."""
    mouth = os.fdopen(os.dup(sys.stderr.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stdout.fileno(), sys.stderr.fileno())

    def say(text: str) -> None:
        try:
            print(text, file=mouth, flush=True)
        except OSError:  # the stage is gone, and its terminal with it
            return

    return say


def _end_after(parent: int) -> None:
    """End with the process that records, even if the tracker hangs."""
    while os.getppid() == parent:
        time.sleep(1.0)
    time.sleep(SECONDS_TO_FINISH)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
