"""`tunewright stage NAME`: how dvc.yaml runs a stage."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from tunewright.errors import TunewrightError

STAGES = ("compose", "fetch", "prepare", "baseline", "train", "evaluate", "report")


def run_stage(name: str, root: Path) -> None:
    """Run one stage in the project's folder.

    Raises:
        TunewrightError: no such stage, or what the stage itself raises.
    """
    # Threads that wait for each other sleep instead of spinning. Spinning wins a little on an idle machine
    # and loses a factor of ten on one whose cores are shared. OpenMP reads this when torch is imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if name not in STAGES:
        raise TunewrightError(f"no stage {name!r}", fix=f"one of: {', '.join(STAGES)}")
    stage: Callable[[Path], None] = import_module(f"tunewright.stages.{name}").run
    stage(root)
