"""Scratch space outside DVC's graph: where a killed stage finds its work again, and nothing else can.

DVC deletes a stage's outs before it runs, so half-done work cannot live there. It lives in
`.tunewright/scratch/STAGE-FINGERPRINT/` of the main checkout (an experiment runs in a copy that is
deleted). The fingerprint covers the stage's command, its settings and the hashes of its
dependencies: a changed run can never pick up stale work.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunewright.artifacts import sha256_file, write_text
from tunewright.progress import say

FOLDER = Path(".tunewright")
SCRATCH = FOLDER / "scratch"
WAITING = ".waiting"
HOLDER = "process"
REMOVED = "removed."


@dataclass(frozen=True)
class Leftover:
    """The scratch folder of a stage that runs or was killed.

    Attributes:
        folder: where it lies.
        stage: whose it is.
        fingerprint: of the run that it belongs to.
        held: whether that run is at work.
        size: bytes.
        changed: time of the last change in it, in seconds since the epoch.
    """

    folder: Path
    stage: str
    fingerprint: str
    held: bool
    size: int
    changed: float


def main_checkout() -> Path:
    """The checkout that the user works in, also from within an experiment's temporary copy."""
    return Path(os.environ.get("DVC_ROOT") or Path.cwd())


def fingerprint(
    stage: str, settings: Mapping[str, Any], dependencies: Iterable[Path], root: Path | None = None
) -> str:
    """A name for exactly this run of a stage: 16 hex digits over settings and dependency contents.

    Args:
        stage: name of the stage.
        settings: its tracked settings as plain values.
        dependencies: files and folders that it reads, relative to the project's folder.
        root: the project's folder; null is the working folder.
    """
    root = root or Path()
    hashes = {
        path.relative_to(root).as_posix(): sha256_file(path)
        for dependency in (root / dependency for dependency in dependencies)
        for path in (sorted(dependency.rglob("*")) if dependency.is_dir() else [dependency])
        if path.is_file() and "__pycache__" not in path.parts
    }
    text = json.dumps([stage, settings, hashes], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@contextmanager
def scratch(
    stage: str, settings: Mapping[str, Any], dependencies: Iterable[Path], root: Path | None = None
) -> Iterator[Path]:
    """Lock and hand out the scratch folder of this run; remove it when the work succeeded.

    If another process is doing the very same work (two experiments that score the same base model), wait
    for it. It leaves the folder to those who wait, who find all that it computed.

    Args:
        stage: name of the stage.
        settings: the tracked settings of the stage as plain values.
        dependencies: files and folders that the stage reads, relative to the project's folder.
        root: the project's folder; null is the working folder.
    """
    folder = main_checkout() / SCRATCH / f"{stage}-{fingerprint(stage, settings, dependencies, root)}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _locked(folder, stage):
        for removed in folder.parent.glob(f"{REMOVED}*"):
            shutil.rmtree(removed, ignore_errors=True)  # another process may be at it
        folder.mkdir(exist_ok=True)
        write_text(folder / HOLDER, str(os.getpid()))
        yield folder
        if not _somebody_waits(folder):
            _remove(folder)


@contextmanager
def _locked(folder: Path, stage: str) -> Iterator[None]:
    """Hold the folder's lock; while waiting for it, hold one of our own that says so."""
    from filelock import FileLock, Timeout

    lock = FileLock(_lock_of(folder))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        say(_in_use(stage, folder))
        mark = folder.with_suffix(f".{os.getpid()}{WAITING}")
        with FileLock(mark):
            lock.acquire()
            mark.unlink(missing_ok=True)
    try:
        yield
    finally:
        lock.release()


def _somebody_waits(folder: Path) -> bool:
    return any(_is_locked(mark) for mark in folder.parent.glob(f"{folder.name}.*{WAITING}"))


def leftovers(root: Path) -> Iterator[Leftover]:
    """The scratch folders of a project, whatever run they belong to."""
    for folder in sorted((root / SCRATCH).glob("*-*")):
        if folder.is_dir() and not folder.name.startswith(REMOVED):
            stage, _, print_ = folder.name.rpartition("-")
            states = [path.stat() for path in [folder, *folder.rglob("*")] if path.exists()]
            yield Leftover(
                folder,
                stage,
                print_,
                held=_is_held(folder),
                size=sum(state.st_size for state in states),
                changed=max((state.st_mtime for state in states), default=0.0),
            )


def remove_unless_held(folder: Path) -> bool:
    """Remove a scratch folder under its lock; false if its run is at work."""
    from filelock import FileLock, Timeout

    try:
        with FileLock(_lock_of(folder), timeout=0):
            _remove(folder)
    except Timeout:
        return False
    return True


def _remove(folder: Path) -> None:
    """Take the name away first: a kill in the middle must leave nothing that looks like work to resume."""
    doomed = folder.with_name(f"{REMOVED}{folder.name}")
    shutil.rmtree(doomed, ignore_errors=True)
    folder.rename(doomed)
    shutil.rmtree(doomed)


def _in_use(stage: str, folder: Path) -> str:
    """What to say while another process is at the very work, with its number as far as it can be read."""
    try:
        holder = (folder / HOLDER).read_text(encoding="ascii")
    except OSError:
        holder = ""
    return f"{stage}: another process is at this very work; waiting to take over what it computes" + (
        f" (`kill {holder}` ends it; it keeps what is finished)" if holder else ""
    )


def _lock_of(folder: Path) -> Path:
    return folder.with_suffix(".lock")


def _is_held(folder: Path) -> bool:
    return _is_locked(_lock_of(folder))


def _is_locked(path: Path) -> bool:
    from filelock import FileLock, Timeout

    if not path.exists():
        return False
    try:
        with FileLock(path, timeout=0):
            return False
    except Timeout:
        return True
