"""JSON Lines: one object a line."""

from __future__ import annotations

from collections.abc import Iterator

from tunewright.data.raw_row import Discarded, Place, RawRow
from tunewright.data.reading.json_row import json_row
from tunewright.data.reading.lines import TooLong, physical_lines, sha256
from tunewright.data.reading.text import TextFile


def read_jsonl(file: TextFile) -> Iterator[RawRow | Discarded]:
    """Yield a row for each line that is not blank."""
    for number, line in enumerate(physical_lines(file.stream()), start=1):
        if isinstance(line, TooLong):
            yield line.rejected(file.name, number)
            continue
        content = line.rstrip(b"\r\n")
        if content.strip():
            yield json_row(file, Place(file.name, number, sha256(content)), content)
