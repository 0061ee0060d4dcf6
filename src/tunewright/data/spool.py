"""`Spool`: checked rows on the disk, read back by number, so that memory need not hold them."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from tunewright.artifacts import names_the_file
from tunewright.data.rows import Row, row_from, row_line


class Spool:
    """A file of rows.

    Args:
        path: of the file, which is begun anew.
    """

    def __init__(self, path: Path) -> None:
        """Open the file."""
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: BinaryIO = path.open("wb")
        # Rows are asked for in any order: a buffer would read eight times as much.
        self._rows = path.open("rb", buffering=0)
        self._flushed = True
        self._ends = array("Q", [0])

    def __len__(self) -> int:
        """One more than the last number written."""
        return len(self._ends) - 1

    def append(self, rows: Iterable[tuple[int, bytes]]) -> None:
        """Write rows, as `encode` gives them, with their numbers, which only ever grow."""
        self._flushed = False
        with names_the_file(self._path):
            for number, line in rows:
                self._ends.extend([self._ends[-1]] * (number - len(self)))
                self._file.write(line)
                self._ends.append(self._ends[-1] + len(line))

    def row(self, number: int) -> Row:
        """The row of a number that was written."""
        start, end = self._ends[number], self._ends[number + 1]
        with names_the_file(self._path):
            if not self._flushed:
                self._file.flush()
                self._flushed = True
            self._rows.seek(start)
            line = self._rows.read(end - start)
        return row_from(json.loads(line))

    def close(self) -> None:
        """Close the file and remove it."""
        with names_the_file(self._path):  # closing writes what is still in memory
            self._rows.close()
            self._file.close()
        self._path.unlink(missing_ok=True)


def encode(row: Row) -> bytes:
    """A row as a line of the spool."""
    return row_line(row).encode()
