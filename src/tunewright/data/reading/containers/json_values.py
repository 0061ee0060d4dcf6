"""JSON in one piece: an array of objects, or objects one after another over several lines.

Rows are cut out by their brackets before each is parsed, so that the file is never held as a whole and
a fault within a row (NaN, a comma too many, a key twice) costs that row alone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import BinaryIO

from tunewright.data.raw_row import Discarded, Place, RawRow
from tunewright.data.reading.json_row import json_row
from tunewright.data.reading.lines import MAX_ROW_BYTES, TooLong, sha256
from tunewright.data.reading.text import TextFile
from tunewright.errors import DataError

_CHUNK = 1 << 18
# A string is passed over in one go; a quote that matches alone opens one that the chunk does not end.
_OUTSIDE = re.compile(rb'"(?:[^"\\]++|\\.)*+"|["\[\]{},]', re.DOTALL)
_INSIDE = re.compile(rb'"|\\.?', re.DOTALL)
_SPACE = b" \t\r\n"


def read_json(file: TextFile) -> Iterator[RawRow | Discarded]:
    """Yield a row for each element of the array, or for each object.

    A comma behind the last element is overlooked, since it hides nothing.

    Raises:
        DataError: the file ends within a row, so that rows may be missing, or goes on behind its array.
    """
    with file.stream() as stream:
        for line, content in _elements(file.name, stream):
            if isinstance(content, TooLong):
                yield content.rejected(file.name, line)
            else:
                yield json_row(file, Place(file.name, line, sha256(content)), content)


def _elements(name: str, stream: BinaryIO) -> Iterator[tuple[int, bytes | TooLong]]:
    """The elements of a text with the lines where they begin."""
    piece = _Piece()
    depth = base = 0  # base is 1 within an array
    begun = ended = False
    for token, before in _tokens(stream):
        piece.add(before)
        if ended and (piece.size or token):
            raise DataError(
                "goes on behind the end of its array",
                where=f"{name}:{piece.line}",
                fix="make one array of all rows, or put each row on a line of its own (JSON Lines)",
            )
        if not begun and token == b"[" and not piece.size:
            begun, base, depth = True, 1, 1
            continue
        begun = begun or bool(token)
        if token in (b"{", b"["):
            depth += 1
        elif token in (b"}", b"]"):
            depth -= 1
        if base and (depth == 0 or (depth == 1 and token == b",")):
            ended = depth == 0
            if piece.size or token == b",":
                yield piece.take()
        else:
            # Commas between objects that are in no array say nothing.
            piece.add(b"" if token == b"," and depth == 0 and not piece.size else token)
            if not base and depth <= 0 and token in (b"}", b"]"):
                depth = 0
                yield piece.take()
    if piece.size or (base and not ended):
        what = f"the row that begins in line {piece.line} is not closed" if piece.size else "the array is not"
        raise DataError(
            f"ends too early: {what}",
            where=name,
            fix="close its quotes and brackets; if the file was cut off, copy it here again",
        )


def _tokens(stream: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Each bracket and comma outside of strings with what stands before it; in the end what is left."""
    in_string = escaped = False
    while chunk := stream.read(_CHUNK):
        begin, at = 0, int(escaped)
        escaped = False
        while match := (_INSIDE if in_string else _OUTSIDE).search(chunk, at):
            token, at = match[0], match.end()
            if in_string:
                in_string = token != b'"'
                escaped = token == b"\\"  # the chunk ends before the character that it escapes
            elif token == b'"':
                in_string = True
            elif len(token) == 1:
                yield token, chunk[begin : at - 1]
                begin = at
        yield b"", chunk[begin:]


class _Piece:
    """What was read of an element so far; only its hash and size once it is too long."""

    def __init__(self) -> None:
        self.line = 1
        self.size = self._breaks = 0
        self._parts: list[bytes] = []
        self._digest = hashlib.sha256()

    def add(self, content: bytes) -> None:
        """Add bytes; white space in front is no part of an element."""
        if not self.size:
            stripped = content.lstrip(_SPACE)
            self.line += content.count(b"\n", 0, len(content) - len(stripped))
            content = stripped
        self._breaks += content.count(b"\n")
        self.size += len(content)
        self._parts.append(content)
        if self.size > MAX_ROW_BYTES:
            for part in self._parts:
                self._digest.update(part)
            self._parts = []

    def take(self) -> tuple[int, bytes | TooLong]:
        """The element with the line where it begins; the next one follows."""
        content: bytes | TooLong = b"".join(self._parts).rstrip(_SPACE)
        if self.size > MAX_ROW_BYTES:
            content = TooLong(self._digest.hexdigest(), self.size)
        taken = self.line, content
        self.line += self._breaks
        self.size = self._breaks = 0
        self._parts, self._digest = [], hashlib.sha256()
        return taken
