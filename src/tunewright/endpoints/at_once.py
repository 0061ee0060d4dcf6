"""`at_once`: do several pieces of work at the same time and hand out each result as it comes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue
from threading import Event, Thread
from typing import TypeVar

from tunewright.endpoints.pace import StoppedError

T = TypeVar("T")
GRACE_SECONDS = 5.0
"""What is under way when the work is interrupted has so long to arrive: it is paid for."""


def at_once(work: Callable[[int], T], items: Sequence[int], most: int, stop: Event) -> Iterator[T]:
    """Do the work for every item in threads, `most` at once.

    The first failure sets `stop`; what is under way is finished, and the failure of the foremost item is
    raised. The threads are daemons: one that waits for a silent server holds nobody up at the end.

    Args:
        work: is called with an item; raises StoppedError where it gave up because of `stop`.
        items: in the order in which they are begun.
        most: threads.
        stop: is set by the first failure and when the caller ends early; no new item is begun then.

    Raises:
        Exception: what `work` raised.
    """
    todo = deque(items)
    done: SimpleQueue[tuple[int, T | None, Exception | None] | None] = SimpleQueue()

    def labour() -> None:
        while todo and not stop.is_set():
            try:
                item = todo.popleft()
            except IndexError:  # another thread was faster
                break
            try:
                done.put((item, work(item), None))
            except StoppedError:
                break
            except Exception as error:  # noqa: BLE001 - raised again in the caller's thread
                stop.set()
                done.put((item, None, error))
        done.put(None)

    threads = [Thread(target=labour, daemon=True) for _ in range(min(most, len(items)))]
    for thread in threads:
        thread.start()
    failures: list[tuple[int, Exception]] = []
    ended = 0
    try:
        while ended < len(threads):
            told = done.get()
            if told is None:
                ended += 1
                continue
            item, result, error = told
            if error is not None:
                failures.append((item, error))
            elif result is not None:
                yield result
    finally:
        stop.set()
        patience = time.monotonic() + GRACE_SECONDS
        for thread in threads:
            thread.join(max(0.0, patience - time.monotonic()))
    if failures:
        raise min(failures, key=lambda failure: failure[0])[1]
