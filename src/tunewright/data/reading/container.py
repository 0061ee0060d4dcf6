"""Which container a file is: by its first bytes, then its text, then the end of its name."""

from __future__ import annotations

import json
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal, get_args

from tunewright.config.schema.data import DataFormat
from tunewright.data.reading.containers.arrow import SPLITS, STATE
from tunewright.data.reading.containers.delimited import DELIMITERS, header_of
from tunewright.data.reading.text import SAMPLE, UTF_8, TextFile
from tunewright.errors import DataError

Container = Literal["jsonl", "json", "csv", "tsv", "parquet", "excel", "dataset"]
CONTAINERS: tuple[Container, ...] = get_args(Container)
TABLES = ("csv", "tsv", "parquet", "excel", "dataset")
DELIMITED = ("csv", "tsv")

_SUFFIXES: dict[str, Container] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
}
_PACKED = {b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"7z\xbc\xaf": "7-Zip", b"\x28\xb5\x2f\xfd": "zstd"}
_OLE = b"\xd0\xcf\x11\xe0"
_LINES_LOOKED_AT = 50


@dataclass(frozen=True)
class Found:
    """What a file was taken for.

    Attributes:
        container: its kind.
        why: what says so.
    """

    container: Container
    why: str


def container_of(file: TextFile, declared: DataFormat) -> Found:
    """The container of a file; a declared one is checked against what the first bytes say for certain.

    Raises:
        DataError: it is none that is read, may be several, or is not the declared one.
    """
    certain = _by_bytes(file)
    wanted = next((name for name in CONTAINERS if name == declared), None)
    if wanted is None:
        return certain or _by_text(file)
    if certain is not None and certain.container != wanted:
        raise DataError(
            f"{certain.why}, but format is {declared}",
            where=file.name,
            fix=f"set format of this source to {certain.container}",
        )
    if certain is None and wanted in ("parquet", "excel", "dataset"):
        kind = "folder of datasets.save_to_disk" if wanted == "dataset" else f"{wanted} file"
        raise DataError(
            f"is no {kind}, but format is {declared}", where=file.name, fix="mend format, or path"
        )
    if wanted == "jsonl" and _start(file) == b"[":
        raise DataError(
            "is one JSON array, but format is jsonl", where=file.name, fix="set format of this source to json"
        )
    return Found(wanted, "declared")


def _by_bytes(file: TextFile) -> Found | None:
    """What the first bytes say for certain; None for text.

    Raises:
        DataError: nothing that is read.
    """
    if file.path.is_dir():
        return _folder(file)
    head = file.head
    if head.startswith(b"PAR1"):
        found = Found("parquet", "begins like Parquet")
    elif head.startswith(_OLE):
        found = Found("excel", "begins like an Excel workbook (xls)")
    elif head.startswith(b"PK\x03\x04"):
        found = _zip(file)
    else:
        _refuse_what_is_no_text(file)
        return None
    if file.gzip:
        raise DataError(
            f"{found.why} within gzip",
            where=file.name,
            fix=f"gunzip {file.name}, and name the file it leaves",
        )
    return found


def _folder(file: TextFile) -> Found:
    if (file.path / STATE).is_file():
        return Found("dataset", f"is a folder with {STATE}, as datasets.save_to_disk writes it")
    splits = sorted(path.parent.name for path in file.path.glob(f"*/{STATE}"))
    if (file.path / SPLITS).is_file() or splits:
        raise DataError(
            f"holds the splits {', '.join(splits) or '(none)'}",
            where=file.name,
            fix=f"name one as path: {file.name}/{splits[0] if splits else 'SPLIT'}",
        )
    raise DataError(
        "is a folder, and none that datasets.save_to_disk wrote", where=file.name, fix="name one file"
    )


def _zip(file: TextFile) -> Found:
    try:
        with file.path.open("rb") as packed, zipfile.ZipFile(packed) as archive:
            whole = archive.testzip() is None  # what reads workbooks does not compare checksums
            names = set(archive.namelist()) if whole else set()
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError):
        names = set()
    if any(name.startswith("xl/") for name in names) or "content.xml" in names:
        return Found("excel", "is a workbook (xlsx or ods)")
    raise DataError(
        "is a zip archive" if names else "begins like a zip archive or workbook, and is damaged",
        where=file.name,
        fix="unpack it, and name the file in it" if names else "copy it here again",
    )


def _refuse_what_is_no_text(file: TextFile) -> None:
    head = file.head
    for start, name in _PACKED.items():
        if head.startswith(start):
            raise DataError(
                f"is packed with {name}",
                where=file.name,
                fix="unpack it, or pack it with gzip, which is read",
            )
    if head.startswith(b"ARROW1"):
        raise DataError(
            "is a Feather file", where=file.name, fix="write it as Parquet, or with datasets.save_to_disk"
        )
    if file.encoding == UTF_8 and head.count(0) * 4 > len(head):
        odd, even = head[1::2].count(0), head[::2].count(0)
        name = "utf-16-le" if odd > even else "utf-16-be"
        raise DataError(
            f"is no UTF-8: a zero byte at byte {head.index(0) + 1} and many more",
            where=file.name,
            fix=f"declare the file's encoding in its source (it may be encoding: {name})",
        )


def _by_text(file: TextFile) -> Found:
    path = PurePosixPath(file.name.lower())
    suffix = PurePosixPath(path.stem).suffix if path.suffix == ".gz" else path.suffix
    named, start = _SUFFIXES.get(suffix), _start(file)
    if start in (b"{", b"["):
        found = _json(file, start, named)
        if named in DELIMITED:
            raise DataError(
                f"is called {suffix}, but begins like JSON",
                where=file.name,
                fix=f"set format of this source to {named} or {found.container}",
            )
        return found
    if named is not None:
        return Found(named, f"is called {suffix}")
    return _delimited(file)


def _json(file: TextFile, start: bytes, named: Container | None) -> Found:
    if start == b"[":
        return Found("json", "begins with [")
    if any(map(_is_object, _first_lines(file))):
        return Found("jsonl", "has a JSON object on a line")
    if named == "jsonl":
        return Found("jsonl", "is called .jsonl or .ndjson")
    return Found("json", "begins with {, and no line is an object of its own")


def _delimited(file: TextFile) -> Found:
    found = [name for sign, name in DELIMITERS.items() if len(header_of(file, sign)) > 1]
    if found == ["tab"]:
        return Found("tsv", "has tabs in its first line")
    if not found:
        raise DataError(
            "is of a format that is not recognised" if file.head.strip() else "is empty",
            where=file.name,
            fix=f"set format of this source to one of {', '.join(CONTAINERS)}, or write a reader",
        )
    if "tab" in found:
        raise DataError(
            f"may be tsv or csv: its first line has both tab and {' and '.join(set(found) - {'tab'})}",
            where=file.name,
            fix="set format of this source to tsv or csv",
        )
    return Found("csv", f"has a {found[0]} in its first line")


def _start(file: TextFile) -> bytes:
    with file.stream() as stream:
        return stream.read(SAMPLE).lstrip()[:1]


def _first_lines(file: TextFile) -> list[bytes]:
    with file.stream() as stream:
        return stream.read(SAMPLE).split(b"\n")[:_LINES_LOOKED_AT]


def _is_object(line: bytes) -> bool:
    """Whether a line that is not indented is a JSON object by itself; one of a long row may be cut."""
    try:
        return line.startswith(b"{") and isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
