"""Physical lines of a text, and how long a row may be."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from dataclasses import dataclass
from typing import BinaryIO

from tunewright.data.raw_row import Discarded, Place

MAX_ROW_BYTES = 16 << 20
"""A longer row is rejected, and never held in memory as a whole.

16 MiB of text are some four million tokens, more than any model reads; what is longer is a file whose
line breaks were lost.
"""


@dataclass(frozen=True)
class TooLong:
    """Stands for a line or row that was passed over.

    Attributes:
        sha256: hex SHA-256 of its bytes without the line end; of a record over several lines, of the line
            that made it too long.
        size: bytes.
    """

    sha256: str
    size: int

    def rejected(self, file: str, line: int) -> Discarded:
        """The rejection of the row that begins there."""
        return Discarded(
            Place(file, line, self.sha256),
            f"longer than {MAX_ROW_BYTES >> 20} MiB",
            f"({self.size} bytes)",
            fix="put each row on a line of its own, or cut the row to what a model can read",
        )


def physical_lines(stream: BinaryIO) -> Generator[bytes | TooLong]:
    """Yield the lines of a stream with their ends, then close it; a line end is a line feed."""
    with stream:
        while line := stream.readline(MAX_ROW_BYTES + 1):
            yield line if len(line) <= MAX_ROW_BYTES or line.endswith(b"\n") else _passed_over(stream, line)


def sha256(content: bytes) -> str:
    """Hex SHA-256."""
    return hashlib.sha256(content).hexdigest()


def _passed_over(stream: BinaryIO, piece: bytes) -> TooLong:
    digest, size = hashlib.sha256(), 0
    while piece:
        content = piece.rstrip(b"\r\n") if piece.endswith(b"\n") else piece
        digest.update(content)
        size += len(content)
        piece = b"" if piece.endswith(b"\n") else stream.readline(MAX_ROW_BYTES)
    return TooLong(digest.hexdigest(), size)
