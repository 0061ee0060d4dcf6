"""`Pace`: no request before its turn, for all threads together."""

from __future__ import annotations

import time
from threading import Event, Lock

SECONDS_PER_MINUTE = 60.0


class StoppedError(Exception):
    """Waiting has ended because the work is to stop; never told to anybody."""


class Pace:
    """When the next request may be sent.

    Requests are spread evenly: sixty a minute are one a second, never sixty at once. A server that asks to
    wait is obeyed by every thread.

    Args:
        per_minute: requests, failed attempts included; null for no limit.
        stop: ends all waiting.
    """

    def __init__(self, per_minute: int | None, stop: Event) -> None:
        """Let the first request go at once."""
        self._gap = 0.0 if per_minute is None else SECONDS_PER_MINUTE / per_minute
        self.stop = stop
        self._lock = Lock()
        self._next = time.monotonic()

    def wait_for_turn(self) -> None:
        """Return when the caller may send a request.

        Raises:
            StoppedError: the work is to stop.
        """
        while True:
            with self._lock:
                seconds = self._next - time.monotonic()
                if seconds <= 0 and not self.stop.is_set():
                    self._next = time.monotonic() + self._gap
                    return
            self.sleep(seconds)

    def sleep(self, seconds: float) -> None:
        """Wait.

        Raises:
            StoppedError: the work is to stop.
        """
        if self.stop.wait(max(seconds, 0.0)):
            raise StoppedError

    def hold_all(self, seconds: float) -> None:
        """Let nobody send anything for so long."""
        with self._lock:
            self._next = max(self._next, time.monotonic() + seconds)
