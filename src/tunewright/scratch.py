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
from pathlib import Path
from typing import Any

from tunewright.artifacts import sha256_file
from tunewright.errors import TunewrightError

FOLDER = Path(".tunewright")


def main_checkout() -> Path:
    """The checkout that the user works in, also from within an experiment's temporary copy."""
    return Path(os.environ.get("DVC_ROOT") or Path.cwd())


def fingerprint(stage: str, settings: Mapping[str, Any], dependencies: Iterable[Path]) -> str:
    """A name for exactly this run of a stage: 16 hex digits over settings and dependency contents."""
    hashes = {
        path.as_posix(): sha256_file(path)
        for dependency in dependencies
        for path in (sorted(dependency.rglob("*")) if dependency.is_dir() else [dependency])
        if path.is_file() and "__pycache__" not in path.parts
    }
    text = json.dumps([stage, settings, hashes], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@contextmanager
def scratch(stage: str, settings: Mapping[str, Any], dependencies: Iterable[Path]) -> Iterator[Path]:
    """Lock and hand out the scratch folder of this run; remove it when the work succeeded.

    Args:
        stage: name of the stage.
        settings: the tracked settings of the stage as plain values.
        dependencies: files and folders that the stage reads.

    Raises:
        TunewrightError: another process is doing the very same work.
    """
    from filelock import FileLock, Timeout

    folder = main_checkout() / FOLDER / "scratch" / f"{stage}-{fingerprint(stage, settings, dependencies)}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder.with_suffix(".lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise TunewrightError(
            f"another process is running this very {stage}",
            where=str(folder),
            fix="wait for it to end, then run the command again",
        ) from error
    try:
        folder.mkdir(exist_ok=True)
        yield folder
        shutil.rmtree(folder)
    finally:
        lock.release()
