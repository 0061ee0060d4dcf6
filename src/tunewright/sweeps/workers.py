"""DVC's workers: how many may run, and with which share of the machine."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tunewright.config.schema.hardware import Hardware
from tunewright.devices import gpus
from tunewright.errors import TunewrightError, UsageError


def check_jobs(jobs: int, hardware: Sequence[Hardware]) -> None:
    """Make sure that so many experiments at once have a GPU each, or as many as they ask for.

    The locks of `tunewright.devices` would have them wait for each other; this says so beforehand.

    Args:
        jobs: experiments at once.
        hardware: of the points.

    Raises:
        UsageError: there are fewer GPUs than that takes, with the numbers.
    """
    for device in sorted({one.device for one in hardware} - {"cpu"}):
        each = max(one.devices for one in hardware if one.device == device)
        there = len(gpus(device))
        if jobs * each > there:
            most = there // each
            raise UsageError(
                f"{jobs} at once, {each} {device} each: that takes {jobs * each}; this machine shows {there}",
                where="--jobs",
                fix=f"--jobs {most}" if most else "tunewright doctor; hardware=cpu needs no GPU",
            )


def start_workers(root: Path, jobs: int, threads: int | None) -> None:
    """Have DVC start as many workers as are lacking; they end when the queue is empty.

    Args:
        root: the project's folder.
        jobs: workers.
        threads: of each process that computes on the cpu; null leaves that to the libraries.

    Raises:
        TunewrightError: DVC could not.
    """
    commands = Path(sys.executable).parent  # dvc.yaml and DVC's workers call `tunewright` and `dvc`
    environment = {**os.environ, "PATH": f"{commands}{os.pathsep}{os.environ.get('PATH', '')}"}
    if threads is not None:
        environment.setdefault("OMP_NUM_THREADS", str(threads))
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:  # a pipe would stay open in the workers
        done = subprocess.run(
            [sys.executable, "-m", "dvc", "queue", "start", "--jobs", str(jobs)],
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            check=False,
            start_new_session=True,  # a Ctrl-C is for tunewright, which ends the workers in good order
        )
        said.seek(0)
        if done.returncode:
            raise TunewrightError(f"DVC could not start its workers:\n{said.read().strip()}")


def threads_for(jobs: int, hardware: Sequence[Hardware]) -> int | None:
    """The cores that each process of so many experiments may use; null if one has them all."""
    processes = jobs * max((one.devices for one in hardware), default=1)
    if processes == 1:
        return None
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores // processes)
