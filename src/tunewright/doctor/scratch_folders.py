"""Scratch folders of killed stages: work that the next run goes on with, or that fits no run any more."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from tunewright.config.stage_settings import stage_settings
from tunewright.doctor.examined import Examined
from tunewright.doctor.finding import Finding, mended, ok, warning
from tunewright.errors import TunewrightError
from tunewright.scratch import Leftover, fingerprint, leftovers, remove_unless_held
from tunewright.stages import base_suites, baseline, evaluate, prepare, reference, train, tuned_suites
from tunewright.stages import judge as judge_stage

DEPENDENCIES: Mapping[str, tuple[Path, ...]] = {
    "prepare": prepare.DEPENDENCIES,
    "baseline": baseline.ANSWERS_DEPEND_ON,
    "base_suites": base_suites.DEPENDENCIES,
    "reference": reference.ANSWERS_DEPEND_ON,
    "train": train.DEPENDENCIES,
    "evaluate": evaluate.ANSWERS_DEPEND_ON,
    "judge": judge_stage.DEPENDENCIES,
    "tuned_suites": tuned_suites.DEPENDENCIES,
}
KEPT_DAYS = 1.0
"""Work of a changed run is kept for a day: whoever takes the change back goes on with it."""
MIB = 2**20


def check(examined: Examined) -> Iterator[Finding]:
    """Hold every scratch folder against the run that would happen now."""
    root = examined.root
    if root is None:
        return
    found = list(leftovers(root))
    current = fingerprints(root) if found else {}
    for leftover in found:
        yield judge(leftover, current, root, fix=examined.fix)
    if not found:
        yield ok("scratch.folders", "no work of a killed stage is left over")


def fingerprints(root: Path) -> dict[str, str]:
    """The fingerprint of each stage as it would run with resolved.yaml as it is; none without it."""
    found = {}
    for stage, dependencies in DEPENDENCIES.items():
        try:
            found[stage] = fingerprint(stage, stage_settings(stage, root).tracked, dependencies, root)
        except (TunewrightError, OSError):
            continue
    return found


def judge(leftover: Leftover, current: Mapping[str, str], root: Path, *, fix: bool) -> Finding:
    """Held, fitting, too young to go, or stale.

    Args:
        leftover: the folder.
        current: fingerprint by stage of the run that would happen now.
        root: the project's folder.
        fix: remove it if it is stale.
    """
    place = leftover.folder.relative_to(root).as_posix()
    size = f"{leftover.size / MIB:.0f} MB"
    days = (time.time() - leftover.changed) / 86400
    if leftover.held:
        return ok("scratch.folders", f"in use by a running {leftover.stage}", place)
    if leftover.stage not in current:
        return ok("scratch.folders", f"{size}; not known whether a run would go on with it: kept", place)
    if current[leftover.stage] == leftover.fingerprint:
        return ok("scratch.folders", f"{size}; the next {leftover.stage} goes on with it", place)
    if days < KEPT_DAYS:
        message = (
            f"{size} of a {leftover.stage} with other settings, kept for a day in case you go back to them"
        )
        return ok("scratch.folders", message, place)
    if fix and remove_unless_held(leftover.folder):
        return mended(
            "scratch.folders", f"{size} of a {leftover.stage} that no run fits any more; removed", place
        )
    message = f"{size} of a killed {leftover.stage}; settings, data or version have changed since"
    return warning("scratch.folders", message, place, "tunewright doctor --fix removes it")
