"""Folders that are whole or absent: checkpoints and the best weights, safe against a kill at any moment.

Everything lies in the scratch folder of this very run:

    checkpoint-STEP/   all that resuming needs; the newest counts, older ones go once it is whole
    best-STEP/         the weights of a best validation pass, as they will be handed over
    writing-*/         half-written or half-removed; ignored and removed
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WRITING = "writing-"


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """Hand out a folder to fill, and give it its name once every byte of it is on the disk."""
    draft = target.with_name(f"{WRITING}{target.name}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    yield draft
    publish(draft, target)


def publish(draft: Path, target: Path) -> None:
    """Flush a filled folder to the disk and rename it; what had the name before is replaced."""
    for path in sorted(draft.rglob("*")):
        _flush(path)
    _flush(draft)
    _remove(target)
    draft.rename(target)
    _flush(target.parent)


def newest(folder: Path) -> Path | None:
    """The whole checkpoint with the most steps."""
    checkpoints = _numbered(folder, "checkpoint")
    return checkpoints[-1] if checkpoints else None


def step_of(checkpoint: Path) -> int:
    """The step that a checkpoint's or best folder's name tells."""
    return int(checkpoint.name.rpartition("-")[2])


def checkpoint_folder(folder: Path, step: int) -> Path:
    """Where the checkpoint of a step lies."""
    return folder / f"checkpoint-{step}"


def best_folder(folder: Path, step: int) -> Path:
    """Where the best weights lie that were taken after a step."""
    return folder / f"best-{step}"


def prune(folder: Path, best_step: int | None) -> None:
    """Keep the newest checkpoint and the best weights that it names.

    Older best weights go only here, after the checkpoint that no longer needs them is on the disk.
    """
    for checkpoint in _numbered(folder, "checkpoint")[:-1]:
        _remove(checkpoint)
    for best in _numbered(folder, "best"):
        if step_of(best) != best_step:
            _remove(best)


def discard(folder: Path) -> None:
    """Remove all checkpoints and weights of a training that is given up."""
    for kind in ("checkpoint", "best"):
        for there in _numbered(folder, kind):
            _remove(there)
    remove_drafts(folder)


def remove_drafts(folder: Path) -> None:
    """Remove what a killed process left half-written."""
    for draft in folder.glob(f"{WRITING}*"):
        shutil.rmtree(draft)


def _numbered(folder: Path, kind: str) -> list[Path]:
    found = [
        path for path in folder.glob(f"{kind}-*") if path.is_dir() and path.name[len(kind) + 1 :].isdigit()
    ]
    return sorted(found, key=step_of)


def _remove(folder: Path) -> None:
    """Take the name away first, so that a kill in the middle leaves nothing that looks whole."""
    if folder.exists():
        doomed = folder.with_name(f"{WRITING}removed-{folder.name}")
        shutil.rmtree(doomed, ignore_errors=True)
        folder.rename(doomed)
        shutil.rmtree(doomed)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
