"""GPUs of this machine, one holder at a time: whoever works on one holds its lock and sees no other.

The locks lie in the main checkout, where the copies of queued experiments find them too. So stages
that run at the same time share no GPU, whoever started them: `tunewright run`, `dvc queue start -j 2`
or a `dvc repro` next to them. A kill of any kind gives the lock back.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tunewright.errors import TunewrightError
from tunewright.progress import say
from tunewright.scratch import FOLDER, main_checkout

if TYPE_CHECKING:
    from filelock import FileLock

LOCKS = FOLDER / "devices"
VISIBLE = "CUDA_VISIBLE_DEVICES"
SECONDS_BETWEEN_TRIES = 0.5


def gpus(device: str) -> tuple[str, ...]:
    """The names of the GPUs that work may go to; none for the cpu.

    Args:
        device: cpu, cuda or mps.
    """
    if device == "mps":
        return ("mps",)
    if device != "cuda":
        return ()
    if VISIBLE in os.environ:
        return tuple(name.strip() for name in os.environ[VISIBLE].split(",") if name.strip())
    import torch

    return tuple(str(number) for number in range(torch.cuda.device_count()))


@contextmanager
def held_devices(device: str, count: int = 1) -> Iterator[tuple[str, ...]]:
    """Wait for as many GPUs, hold them, and let this process and those it starts see only these.

    To be entered before the first use of CUDA, and with no other of these locks held. On a cpu, and
    where there is no GPU (loading the model says so), nothing is held.

    Args:
        device: cpu, cuda or mps.
        count: how many.

    Raises:
        TunewrightError: there are not as many.
    """
    pool = gpus(device)
    if not pool:
        yield ()
        return
    if count > len(pool):
        raise TunewrightError(
            f"hardware.devices is {count}; there {'is' if len(pool) == 1 else 'are'} {len(pool)}: "
            f"{', '.join(pool)}",
            where="hardware.devices",
            fix=f"tunewright set hardware.devices={len(pool)}, or {VISIBLE} with {count} of them",
        )
    locks = _wait_for(pool, count)
    before = os.environ.get(VISIBLE)
    try:
        if device == "cuda":
            os.environ[VISIBLE] = ",".join(locks)
        yield tuple(locks)
    finally:
        if device == "cuda":
            os.environ.pop(VISIBLE)
            if before is not None:
                os.environ[VISIBLE] = before
        for lock in locks.values():
            lock.release()


def _wait_for(pool: Sequence[str], count: int) -> dict[str, FileLock]:
    """The locks of the first GPUs that are free, all at once: who holds a part waits for nobody."""
    from filelock import FileLock

    folder = main_checkout() / LOCKS
    folder.mkdir(parents=True, exist_ok=True)
    said = False
    while True:
        with FileLock(folder / "choosing.lock"):
            taken = _free(folder, pool, count)
        if len(taken) == count:
            return taken
        for lock in taken.values():
            lock.release()
        if not said:
            said = True
            say(f"waiting: {count} of the GPUs {', '.join(pool)} must be free")
        time.sleep(SECONDS_BETWEEN_TRIES)


def _free(folder: Path, pool: Sequence[str], count: int) -> dict[str, FileLock]:
    from filelock import FileLock, Timeout

    taken: dict[str, FileLock] = {}
    for name in pool:
        if len(taken) == count:
            break
        lock = FileLock(folder / f"{name.replace('/', '-')}.lock")
        with suppress(Timeout):
            lock.acquire(timeout=0)
            taken[name] = lock
    return taken
