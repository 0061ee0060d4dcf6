"""What Ctrl-C (SIGINT) and SIGTERM do: end the work at once, or be noted until it can stop without loss.

A batch system, a container or `kill` sends SIGTERM some seconds before it kills for good. Python
turns only SIGINT into an exception; here both are treated alike, and the exit code tells which it was.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from tunewright.errors import InterruptionError

HANDLED = (signal.SIGINT, signal.SIGTERM)


class Signalled(KeyboardInterrupt):
    """A signal has arrived; no `except Exception` holds it up."""

    def __init__(self, number: int) -> None:
        """Hold the signal's number."""
        super().__init__(number)
        self.number = number


class Noted:
    """The first signal that arrived within a block, if any."""

    number: int | None = None


def number_of(interrupt: KeyboardInterrupt) -> int:
    """The signal behind an exception; Python's own stands for SIGINT."""
    return interrupt.number if isinstance(interrupt, Signalled) else signal.SIGINT


def interrupted(number: int, what: str) -> InterruptionError:
    """The message of work that a signal has ended and that the next run goes on with."""
    name = signal.Signals(number).name
    return InterruptionError(number, f"{what} ({name})", fix="dvc repro, which goes on from there")


@contextmanager
def signals_raise() -> Iterator[None]:
    """Let a signal end the block by `Signalled`, wherever it is."""

    def handle(number: int, _: FrameType | None) -> None:
        raise Signalled(number)

    with _handled_by(handle):
        yield


@contextmanager
def signals_noted() -> Iterator[Noted]:
    """Only note a signal within the block, whose code looks for it where it can stop without loss."""
    noted = Noted()

    def handle(number: int, _: FrameType | None) -> None:
        noted.number = noted.number or number

    with _handled_by(handle):
        yield noted


@contextmanager
def _handled_by(handle: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Handle the signals that are not ignored; nohup and a shell's `&` have some ignored on purpose."""
    earlier = {number: signal.getsignal(number) for number in HANDLED}
    heeded = [number for number, handler in earlier.items() if handler is not signal.SIG_IGN]
    for number in heeded:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number in heeded:
            signal.signal(number, earlier[number])
