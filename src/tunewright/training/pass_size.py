"""Rows per pass after a want of memory: halved until a pass fits, the global batch as it was.

The size in use is kept in the scratch folder of the run, so that a run that goes on after a kill
keeps it, and a process that died for want of memory without a word is followed by one with half of it.
"""

from __future__ import annotations

from pathlib import Path

from tunewright.artifacts import read_json, write_json
from tunewright.errors import TrainingError
from tunewright.training.memory import divisors

SIZE = "rows_per_pass.json"
LESS_MEMORY = (
    "tunewright set hardware.gradient_checkpointing=true, or method=qlora, or a smaller method.max_length"
)


def within_limit(folder: Path, size: int) -> int:
    """The size to use: the one wanted, or the smaller one that an earlier attempt came down to; notes it."""
    kept = size_in_use(folder)
    use = size if kept is None else min(size, kept)
    if use != kept:
        _write(folder, use)
    return use


def size_in_use(folder: Path) -> int | None:
    """Rows per pass of the run's last attempt; null before the first."""
    return int(read_json(folder / SIZE)["rows"]) if (folder / SIZE).exists() else None


def halve(folder: Path, share: int) -> int:
    """Note at most half as many rows per pass for the next attempt, and return it.

    Args:
        folder: scratch folder of the run.
        share: rows that a device has of a global batch; the new size divides it.

    Raises:
        TrainingError: a pass is a single row already.
    """
    size = size_in_use(folder) or 1
    if size == 1:
        raise TrainingError("not even one row per pass fits into memory", fix=LESS_MEMORY)
    smaller = max(number for number in divisors(share) if number <= size // 2)
    _write(folder, smaller)
    return smaller


def _write(folder: Path, size: int) -> None:
    write_json(folder / SIZE, {"rows": size})
