"""Progress of long work: a bar on a terminal, plain lines elsewhere; never a control code in a pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

SECONDS_BETWEEN_LINES = 10.0
CALLS_BETWEEN_LOOKS = 1000
"""Units counted between looks at the clock."""


class Advance(Protocol):
    """Report `done` more units; `note` (a loss, a rate) stands behind the count."""

    def __call__(self, done: int = 1, note: str = "") -> None:
        """Advance the bar."""


def say(text: str) -> None:
    """Print one plain line to standard error and flush it."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def per_second(count: float, seconds: float) -> float:
    """A rate; 0 where a clock that stands still or was set back shows no time."""
    return count / seconds if seconds > 0 else 0.0


@contextmanager
def progress(title: str, total: int) -> Iterator[Advance]:
    """Show how far a piece of work of `total` units is."""
    if sys.stderr.isatty():
        with _bar(title, total) as advance:
            yield advance
    else:
        yield _lines(title, total)


@contextmanager
def counting(title: str) -> Iterator[Advance]:
    """Show how far a piece of work is whose end is not known; nothing if it ends before long."""
    started = last = time.monotonic()
    count = 0

    def advance(done: int = 1, note: str = "") -> None:
        nonlocal count, last
        count += done
        if count % CALLS_BETWEEN_LOOKS < done and time.monotonic() - last >= SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            say(f"{title}: {count:,} after {last - started:.0f} s{'  ' + note if note else ''}")

    yield advance


@contextmanager
def _bar(title: str, total: int) -> Iterator[Advance]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=total, note="")

        def advance(done: int = 1, note: str = "") -> None:
            bar.update(task, advance=done, note=note)

        yield advance


def _lines(title: str, total: int) -> Advance:
    started = last = time.monotonic()
    count = 0

    def advance(done: int = 1, note: str = "") -> None:
        nonlocal last, count
        count += done
        now = time.monotonic()
        if count >= total or now - last >= SECONDS_BETWEEN_LINES:
            last = now
            say(f"{title}: {count}/{total} after {now - started:.0f} s{'  ' + note if note else ''}")

    return advance
