"""A file as UTF-8 bytes: unpacked (gzip), its byte order mark read, its encoding converted.

Nothing is guessed: a file is UTF-8 unless a byte order mark or `encoding` of the source says otherwise.
What is no character in the file's encoding becomes bytes that are not UTF-8, so that the readers reject
the rows that hold it, each with its place.
"""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, cast

from tunewright.config.schema.data import Source
from tunewright.data.reading.source_path import source_path
from tunewright.errors import DataError

UTF_8 = "utf-8"
SAMPLE = 1 << 16
"""Bytes from a file's start by which it is recognised."""

_GZIP = b"\x1f\x8b"
_MARKS = (
    (codecs.BOM_UTF8, UTF_8),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is the beginning of this one
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PREFERRED = ("utf_8", "cp1252", "utf_16_le", "utf_16_be", "cp1250", "cp1251", "shift_jis", "gb18030", "big5")


@dataclass(frozen=True)
class TextFile:
    """A raw file and how its bytes become text.

    Attributes:
        path: of the file.
        name: relative to the project, for messages.
        declared: the encoding that the source declares; None for UTF-8 or what the mark says.
    """

    path: Path
    name: str
    declared: str | None = None

    @cached_property
    def gzip(self) -> bool:
        """Whether the file is packed with gzip, whatever its name."""
        with self.path.open("rb") as file:
            return file.read(len(_GZIP)) == _GZIP

    @cached_property
    def head(self) -> bytes:
        """The first `SAMPLE` bytes, unpacked, as they stand."""
        return self._bytes().read(SAMPLE)

    @cached_property
    def encoding(self) -> str:
        """The encoding by Python's name.

        Raises:
            DataError: the source declares another one than the file's byte order mark says.
        """
        marked = next((name for mark, name in _MARKS if self.head.startswith(mark)), None)
        if self.declared is None:
            return marked or UTF_8
        declared = codecs.lookup(self.declared).name
        if marked is not None and declared not in (marked, marked[:6], f"{marked}-sig"):
            raise DataError(
                f"begins with the byte order mark of {marked.upper()}, but encoding is {self.declared}",
                where=self.name,
                fix="leave encoding out: the mark decides",
            )
        return marked or declared

    def stream(self) -> BinaryIO:
        """The text from its start as UTF-8 without byte order mark; close it.

        Reading raises DataError where the file is packed and damaged.
        """
        file = self._bytes()
        mark = next((mark for mark, _ in _MARKS if self.head.startswith(mark)), b"")
        file.read(len(mark))
        if self.encoding in (UTF_8, "utf-8-sig"):
            return file
        return cast(BinaryIO, io.BufferedReader(_AsUtf8(file, self.encoding, self.name), SAMPLE))

    def fault_place(self, content: bytes, start: int) -> tuple[str, str]:
        """The reason for invalid bytes in a line, and where: `not UTF-8`, `at byte 8`.

        Args:
            content: the line, as `stream` gives it.
            start: offset of the first byte that is not UTF-8.
        """
        if self.encoding in (UTF_8, "utf-8-sig"):
            return "not UTF-8", f"at byte {start + 1}"
        return f"not {self.encoding}", f"at character {len(content[:start].decode()) + 1}"

    @cached_property
    def invalid_fix(self) -> str:
        """What to do about invalid bytes; names the encoding that the file may be in, if one fits."""
        likely = None if self.declared else likely_encoding(self.head)
        if likely is None:
            return "mend the bytes, or declare the file's encoding in its source (encoding: NAME)"
        return f"declare the file's encoding in its source (it may be encoding: {likely}), or mend the bytes"

    def _bytes(self) -> BinaryIO:
        if not self.gzip:
            return self.path.open("rb")
        return cast(BinaryIO, io.BufferedReader(_Unpacked(self.path, self.name), SAMPLE))


def text_file(root: Path, source: Source) -> TextFile:
    """The file of a source as text.

    Raises:
        DataError: it cannot be had (see `source_path`).
    """
    return TextFile(source_path(root, source), source.path, source.encoding)


def likely_encoding(content: bytes) -> str | None:
    """The encoding that charset-normalizer finds for bytes that are not UTF-8, or None: to propose only."""
    from charset_normalizer import from_bytes

    best = from_bytes(content).best()
    if best is None:
        return None
    fitting = best.could_be_from_charset
    return next((name for name in _PREFERRED if name in fitting), best.encoding).replace("_", "-")


class _Unpacked(io.RawIOBase):
    """The content of a gzip file; damage is an error that names the file."""

    def __init__(self, path: Path, name: str) -> None:
        self._file = gzip.open(path, "rb")  # noqa: SIM115 - closed with this
        self._name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            content = self._file.read1(len(buffer))
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            cut = isinstance(error, EOFError)
            raise DataError(
                f"is packed with gzip and {'cut off' if cut else 'damaged'}",
                where=self._name,
                fix=f"see: gzip --test {self._name}, and copy the file here again",
            ) from error
        buffer[: len(content)] = content
        return len(content)

    def close(self) -> None:
        self._file.close()
        super().close()


class _AsUtf8(io.RawIOBase):
    """Text of another encoding as UTF-8; what is no character there becomes an invalid byte sequence."""

    def __init__(self, file: BinaryIO, encoding: str, name: str) -> None:
        codecs.register_error("tunewright.invalid", _lone_surrogate)
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)("tunewright.invalid")
        self._encoding = encoding
        self._name = name
        self._waiting = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._waiting and not self._ended:
            content = self._file.read(SAMPLE)
            self._ended = not content
            try:
                text = self._decoder.decode(content, final=self._ended)
            except UnicodeError as error:  # some codecs give up as a whole: UTF-16 without its mark
                raise DataError(
                    f"is no {self._encoding}: {error}", where=self._name, fix="mend encoding of this source"
                ) from error
            self._waiting = text.encode("utf-8", errors="surrogatepass")
        given, self._waiting = self._waiting[: len(buffer)], self._waiting[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)

    def close(self) -> None:
        self._file.close()
        super().close()


def _lone_surrogate(error: UnicodeError) -> tuple[str, int]:
    """Half of a surrogate pair for each invalid sequence: no UTF-8 once it is encoded."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\udcff", error.end
