"""What the system refuses (no room, no permission, a read-only disk), as a message with a way out."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tunewright.errors import TunewrightError

FIXES = {
    errno.ENOSPC: "make room there (`df -h`, `tunewright doctor --fix`, `dvc gc --workspace`), "
    "then run the command again: it goes on from what is finished",
    errno.EDQUOT: "make room within your quota, then run the command again: it goes on from what is finished",
    errno.EFBIG: "raise the limit (`ulimit -f`), then run the command again: what is finished is kept",
    errno.EACCES: "get yourself the right to write there (`ls -ld`, chown), then run the command again",
    errno.EPERM: "get yourself the right to write there (`ls -ld`, lsattr), then run the command again",
    errno.EROFS: "the disk is mounted read-only: mount it for writing, or work in a copy of the project",
    errno.EIO: "check the disk (`df -h`, `dmesg`), then run the command again: what is finished is kept",
}
"""By what the system answered; any other answer is a defect of tunewright until shown otherwise."""
NEXT_TO_NOTHING = 16 * 2**20
"""Bytes; a write that failed with less left on the disk failed for want of room."""


def refusal(error: OSError) -> TunewrightError | None:
    """The message for what the system answered, or null if it is none that a user can mend."""
    if error.errno not in FIXES:
        return None
    return TunewrightError(
        f"cannot be written or read: {error.strerror}", where=_place(error), fix=FIXES[error.errno]
    )


def _place(error: OSError) -> str:
    """The file as the user knows it; an absolute path below the working folder is cut to what follows it."""
    if error.filename is None:
        return ""
    path = Path(str(error.filename))
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


@contextmanager
def as_os_errors(place: Path) -> Iterator[None]:
    """Raise what the system answered as OSError also where torch or safetensors wrote; theirs do not say it.

    Args:
        place: what was to be written.
    """
    from safetensors import SafetensorError

    try:
        yield
    except (RuntimeError, SafetensorError) as error:
        text = str(error)
        told = re.search(r"\(os error (\d+)\)", text)  # safetensors
        if told is None and "inline_container.cc" not in text:  # torch.save, whose stream keeps no reason
            raise
        number = int(told[1]) if told else _likely_reason(place)
        raise OSError(number, os.strerror(number), str(place)) from error


def _likely_reason(place: Path) -> int:
    there = next(folder for folder in [place, *place.parents] if folder.exists())
    return errno.ENOSPC if shutil.disk_usage(there).free < NEXT_TO_NOTHING else errno.EIO
