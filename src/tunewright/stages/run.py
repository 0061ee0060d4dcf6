"""`tunewright stage NAME`: how dvc.yaml runs a stage."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from tunewright.errors import TunewrightError
from tunewright.signals import interrupted, number_of, signals_raise

STAGES = (
    "compose",
    "fetch",
    "prepare",
    "baseline",
    "base_suites",
    "reference",
    "train",
    "evaluate",
    "judge",
    "tuned_suites",
    "report",
)


def run_stage(name: str, root: Path) -> None:
    """Run one stage in the project's folder.

    Raises:
        TunewrightError: no such stage, or what the stage itself raises.
        InterruptionError: SIGINT or SIGTERM has ended it.
    """
    let_waiting_threads_sleep()
    if name not in STAGES:
        raise TunewrightError(f"no stage {name!r}", fix=f"one of: {', '.join(STAGES)}")
    try:
        with signals_raise():
            stage: Callable[[Path], None] = import_module(f"tunewright.stages.{name}").run
            stage(root)
    except KeyboardInterrupt as interrupt:
        what = f"{name} was interrupted; what is finished is kept"
        raise interrupted(number_of(interrupt), what) from None


def let_waiting_threads_sleep() -> None:
    """Have OpenMP threads that wait for each other spin for microseconds only, then sleep.

    By default they spin for milliseconds, which on a machine whose cores are shared burns a time slice at
    every barrier (a tenth of the speed); not to spin at all costs a third of the speed on an idle one. To
    be called before torch is imported, since OpenMP reads its environment once. What the user has set stays.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
        os.environ.setdefault("GOMP_SPINCOUNT", "3000")  # GNU's OpenMP, which torch brings on Linux
