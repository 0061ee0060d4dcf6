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
        self._file: BinaryIO = path.open("w+b")
        self._ends = array("Q", [0])

    def __len__(self) -> int:
        """One more than the last number written."""
        return len(self._ends) - 1

    def append(self, rows: Iterable[tuple[int, bytes]]) -> None:
        """Write rows, as `encode` gives them, with their numbers, which only ever grow."""
        with names_the_file(self._path):
            for number, line in rows:
                self._ends.extend([self._ends[-1]] * (number - len(self)))
                self._file.write(line)
                self._ends.append(self._ends[-1] + len(line))

    def row(self, number: int) -> Row:
        """The row of a number that was written."""
        start, end = self._ends[number], self._ends[number + 1]
        with names_the_file(self._path):
            self._file.seek(start)
            return row_from(json.loads(self._file.read(end - start)))

    def close(self) -> None:
        """Close the file and remove it."""
        with names_the_file(self._path):  # closing writes what is still in memory
            self._file.close()
        self._path.unlink(missing_ok=True)


def encode(row: Row) -> bytes:
    """A row as a line of the spool."""
    return row_line(row).encode()
