"""Copies of files and folders for a tracker, with the secrets taken out of those that are text."""

from __future__ import annotations

import shutil
from pathlib import Path

from tunewright.secret_text import scrub

TEXT = {".csv", ".html", ".json", ".jsonl", ".md", ".txt", ".yaml"}


def scrubbed_copy(path: Path, folder: Path) -> Path:
    """Copy a file or a folder, under its own name, into another folder."""
    copy = folder / path.name
    if path.is_dir():
        copy.mkdir(parents=True, exist_ok=True)
        for below in path.iterdir():
            scrubbed_copy(below, copy)
    elif path.suffix in TEXT:
        copy.write_text(scrub(path.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        shutil.copyfile(path, copy)
    return copy
