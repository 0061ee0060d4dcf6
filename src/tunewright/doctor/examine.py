"""Run every family of checks, in the order in which one would mend what they find."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

from tunewright.config.compose import compose
from tunewright.config.params_file import PARAMS
from tunewright.config.places import CONF
from tunewright.doctor import (
    configuration,
    disk,
    four_bit,
    gpu,
    hardware,
    lock_file,
    model_cache,
    packages,
    pipeline,
    raw_data,
    remotes,
    repository,
    rwlock,
    scratch_folders,
    secrets,
)
from tunewright.doctor.examined import Examined
from tunewright.doctor.finding import Finding, skipped, unchecked
from tunewright.doctor.libraries import Libraries, ask_libraries
from tunewright.errors import TunewrightError

FAMILIES: tuple[ModuleType, ...] = (
    packages,
    gpu,
    four_bit,
    configuration,
    hardware,
    repository,
    lock_file,
    pipeline,
    rwlock,
    raw_data,
    remotes,
    scratch_folders,
    model_cache,
    disk,
    secrets,
)


def examine(folder: Path, *, fix: bool, ask: Callable[[], Libraries] = ask_libraries) -> list[Finding]:
    """Run all checks; a check that cannot be made is a finding too.

    Args:
        folder: a project's, or any other: then the machine alone is examined.
        fix: mend what is safe to mend: leftover locks, unfinished downloads, stale scratch folders.
        ask: what asks torch and bitsandbytes.
    """
    with ThreadPoolExecutor(max_workers=1) as other:
        libraries = other.submit(ask)  # takes seconds: it runs while the rest is checked
        root = folder if is_project(folder) else None
        settings, error = None, None
        if root is not None:
            try:
                settings = compose(root)
            except TunewrightError as raised:
                error = raised
        examined = Examined(root, settings, error, libraries, fix)
        quick = {family: list(_run(family, examined)) for family in FAMILIES if not needs_libraries(family)}
        slow = {family: list(_run(family, examined)) for family in FAMILIES if needs_libraries(family)}
    found = [finding for family in FAMILIES for finding in {**quick, **slow}[family]]
    return found if root is not None else [_no_project(folder), *found]


def is_project(folder: Path) -> bool:
    """Whether a folder is a project's: it has params.yaml, or conf/config.yaml."""
    return (folder / PARAMS).is_file() or (folder / CONF / "config.yaml").is_file()


def needs_libraries(family: ModuleType) -> bool:
    """Whether a family waits for torch and bitsandbytes to be asked."""
    return bool(getattr(family, "NEEDS_LIBRARIES", False))


def _run(family: ModuleType, examined: Examined) -> Iterator[Finding]:
    try:
        yield from family.check(examined)
    except (OSError, UnicodeError, subprocess.SubprocessError, TunewrightError) as error:
        yield unchecked(family.__name__.rpartition(".")[2], f"could not be checked: {error}")


def _no_project(folder: Path) -> Finding:
    above = next((parent for parent in folder.absolute().parents if is_project(parent)), None)
    return skipped(
        "project",
        f"no project in this folder (it has no {PARAMS}): the machine alone was checked",
        str(folder),
        f"cd {above}" if above else "cd into a project's folder, or make one: tunewright new",
    )
