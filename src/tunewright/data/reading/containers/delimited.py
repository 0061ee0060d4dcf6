"""CSV and its kin: a header, then a record a row; fields may be quoted and hold line breaks.

A row's place is the physical line where it starts, so that an editor finds it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence

from tunewright.data.raw_row import Discarded, Place, RawRow
from tunewright.data.reading.columns import check_header
from tunewright.data.reading.lines import MAX_ROW_BYTES, TooLong, physical_lines, sha256
from tunewright.data.reading.text import TextFile
from tunewright.errors import DataError

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
MOST_LINES_REJECTED = 100
"""A faulty record over more lines than this is no record: a quote was left open and swallows rows."""


def read_delimited(
    file: TextFile, delimiter: str, required: Sequence[str] = ()
) -> Iterator[RawRow | Discarded]:
    """Yield a row for each record behind the header; blank lines are none.

    Args:
        file: the raw file.
        delimiter: what stands between fields, one of `DELIMITERS`.
        required: columns that the header must have.

    Raises:
        DataError: the header cannot be used, or a quote left open swallows many lines.
    """
    csv.field_size_limit(MAX_ROW_BYTES)  # of the whole process; Python's own limit is 128 KiB
    lines = _Lines(file)
    # Strict: text after a closing quote is an error, so that a quote left open is noticed where it ends.
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    header: list[str] | None = None
    while True:
        lines.begin()
        record: list[str] = []
        fault, long = "", None
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            fault = str(error)
        except _TooLongError as error:
            long = error.row
        content = b"".join(lines.taken).rstrip(b"\r\n")
        start = lines.number - len(lines.taken) + 1
        if not fault and not record and long is None:
            continue
        if header is None:
            header = _header(file, record, content, fault or ("too long" if long else ""), required)
        elif long is not None:
            yield long.rejected(file.name, start)
        else:
            yield _row(file, Place(file.name, start, sha256(content)), header, record, content, fault)


def header_of(file: TextFile, delimiter: str) -> list[str]:
    """The names of the columns as they stand; empty where the file has none or they cannot be read."""
    csv.field_size_limit(MAX_ROW_BYTES)
    lines = _Lines(file)
    try:
        return next(filter(None, csv.reader(lines, delimiter=delimiter, strict=True)), [])
    except (csv.Error, _TooLongError):
        return []
    finally:
        lines.close()


class _TooLongError(Exception):
    """A record is longer than `MAX_ROW_BYTES`."""

    def __init__(self, row: TooLong) -> None:
        super().__init__()
        self.row = row


class _Lines:
    """Text for the csv reader; the bytes of a record are kept, and invalid ones become surrogates.

    A class, since a generator would not go on after the exception.
    """

    def __init__(self, file: TextFile) -> None:
        self._lines = physical_lines(file.stream())
        self.number = 0
        self.begin()

    def begin(self) -> None:
        """Forget the bytes of the record before."""
        self.taken: list[bytes] = []
        self._size = 0

    def close(self) -> None:
        """Close the file, which the end of it does too."""
        self._lines.close()

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        if isinstance(line, TooLong) or self._size + len(line) > MAX_ROW_BYTES:
            self.taken.append(b"")
            raise _TooLongError(
                line if isinstance(line, TooLong) else TooLong(sha256(line), self._size + len(line))
            )
        self.taken.append(line)
        self._size += len(line)
        return line.decode("utf-8", errors="surrogateescape")


def _header(
    file: TextFile, record: list[str], content: bytes, fault: str, required: Sequence[str]
) -> list[str]:
    where = f"{file.name}:1"
    invalid = _invalid_byte(content)
    if invalid is not None:
        reason, place = file.fault_place(content, invalid)
        raise DataError(f"the header is {reason} {place}", where=where, fix=file.invalid_fix)
    if fault:
        raise DataError(f"the header is not CSV: {fault}", where=where, fix="mend its quotes")
    check_header(record, required, where)
    return record


def _row(
    file: TextFile, place: Place, header: list[str], record: list[str], content: bytes, fault: str
) -> RawRow | Discarded:
    invalid = _invalid_byte(content)
    if invalid is not None:
        start = content.rfind(b"\n", 0, invalid) + 1
        reason, where = file.fault_place(content[start:], invalid - start)
        line = place.line + content.count(b"\n", 0, start)
        return Discarded(place, reason, f"{where} of line {line}", fix=file.invalid_fix)
    if not fault and len(record) == len(header):
        return RawRow(place, dict(zip(header, record, strict=True)))
    more = content.count(b"\n")
    if more >= MOST_LINES_REJECTED:
        raise DataError(
            f"a quote is left open: it would swallow {more} lines as part of one row",
            where=f"{place.file}:{place.line}",
            fix='close the quote in that line; a quote within a quoted field is written twice ("")',
        )
    span = f"(lines {place.line} to {place.line + more}: is a quote left open?)" if more else ""
    if fault:
        fix = 'close the quote; a quote within a quoted field is written twice ("")'
        return Discarded(place, f"not CSV: {fault}", span, fix=fix)
    fix = "quote the field that holds a delimiter or line break, or add what is missing"
    return Discarded(place, f"has {len(record)} columns, the header {len(header)}", span, fix=fix)


def _invalid_byte(content: bytes) -> int | None:
    """Offset of the first byte that is not UTF-8."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return None
