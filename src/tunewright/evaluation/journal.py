"""`Journal`: finished work, line by line, for the run that goes on after a kill."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from tunewright.artifacts import names_the_file


class Journal:
    """Append-only JSONL of finished work; a line that a kill tore is cut off and done again."""

    def __init__(self, path: Path) -> None:
        """Read what is there and cut off a torn last line."""
        self._path = path
        self.entries: list[Any] = []
        if not path.exists():
            return
        content = path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        self.entries = [json.loads(line) for line in whole.splitlines()]
        if len(whole) < len(content):
            os.truncate(path, len(whole))

    def append(self, entry: object) -> None:
        """Write one entry and wait until it is on the disk."""
        with names_the_file(self._path), self._path.open("ab") as file:
            file.write(json.dumps(entry).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
