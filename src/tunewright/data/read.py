"""Raw rows from JSONL and CSV files, each with its place; what cannot be read is rejected, not dropped.

A row's place is the physical line where it starts, so that an editor finds it, also after quoted
line breaks in a CSV. Rejections never quote a row.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path

from tunewright.config.schema.data import Source
from tunewright.data.contract import ContractError, json_type, parse_json
from tunewright.data.custom_reader import chosen_reader, read_with
from tunewright.data.raw_row import Discarded as Discarded
from tunewright.data.raw_row import Place as Place
from tunewright.data.raw_row import RawRow as RawRow
from tunewright.errors import DataError
from tunewright.extensions import load_extensions

RAW = Path("data") / "raw"
_BOM = b"\xef\xbb\xbf"


def source_path(root: Path, source: Source) -> Path:
    """The file of a source.

    Raises:
        DataError: it is missing, no file, or lies outside data/raw behind a symbolic link.
    """
    path = root / source.path
    if not path.exists():
        folder = next(parent for parent in path.parents if parent.exists())
        missing = path.relative_to(folder).parts[0]
        raise DataError(
            "not there" if folder == path.parent else f"not there: the folder has no {missing}",
            where=source.path,
            fix="put the file there and `dvc add` it, `dvc pull` it, or mend data.sources",
        )
    if not path.is_file():
        raise DataError("is no file", where=source.path, fix="name one file in data.sources")
    if not path.resolve().is_relative_to(root.resolve() / RAW):
        raise DataError(
            f"a symbolic link leads out of {RAW.as_posix()}, so its content is not in the project's history",
            where=source.path,
            fix="copy the file itself there, then `dvc add` it",
        )
    return path


def read_source(root: Path, source: Source, columns: tuple[str, ...] = ()) -> Iterator[RawRow | Discarded]:
    """Yield the rows of a source in the order of the file; blank lines are no rows.

    Args:
        root: the project's folder.
        source: the file and its format; a byte order mark at its start is skipped.
        columns: columns that a CSV must have.

    A source with a reader is read by that function of the project's extensions.

    Raises:
        TunewrightError: the reader is not registered, fails or gives something else than rows.
        DataError: the file cannot be had (see `source_path`), is in another encoding than UTF-8 as
            a whole, is one JSON array, or is a CSV without a usable header.
    """
    path = source_path(root, source)
    if source.reader is not None:
        return read_with(chosen_reader(source.reader, load_extensions(root).readers), path, source)
    lines = _physical_lines(path, source.path)
    return (
        _read_csv(source.path, lines, columns) if source.format == "csv" else _read_jsonl(source.path, lines)
    )


def _physical_lines(path: Path, name: str) -> Iterator[bytes]:
    """The file's lines with their ends, without a byte order mark."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if number == 1 and line.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise DataError(
                    "is UTF-16, not UTF-8", where=name, fix=f"iconv -f UTF-16 -t UTF-8 {name} > NEW_FILE"
                )
            yield line.removeprefix(_BOM) if number == 1 else line


def _read_jsonl(name: str, lines: Iterator[bytes]) -> Iterator[RawRow | Discarded]:
    first = True
    for number, line in enumerate(lines, start=1):
        content = line.rstrip(b"\r\n")
        if not content.strip():
            continue
        if first and content.lstrip().startswith(b"["):
            raise DataError(
                "is one JSON array, not one object a line", where=name, fix=f"jq -c '.[]' {name} > NEW_FILE"
            )
        first = False
        yield _json_row(Place(name, number, _sha256(content)), content)


def _json_row(place: Place, content: bytes) -> RawRow | Discarded:
    try:
        values = parse_json(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        return Discarded(place, "not UTF-8", f"at byte {error.start + 1} of the line")
    except ContractError as error:
        return Discarded(place, str(error))
    if not isinstance(values, dict):
        return Discarded(place, f"is {json_type(values)}, not object")
    return RawRow(place, values)


def _read_csv(name: str, lines: Iterator[bytes], columns: tuple[str, ...]) -> Iterator[RawRow | Discarded]:
    taken: list[bytes] = []
    # Strict: text after a closing quote is an error, so that a quote left open is noticed where it ends.
    reader = csv.reader(_decoded(lines, taken), strict=True)
    header: list[str] | None = None
    while True:
        start = reader.line_num + 1
        taken.clear()
        try:
            record = next(reader)
            fault = ""
        except StopIteration:
            return
        except csv.Error as error:
            record, fault = [], str(error)
        if not fault and not record:
            continue
        content = b"".join(taken).rstrip(b"\r\n")
        if header is None:
            header = _header(name, record, content, fault, columns)
            continue
        yield _csv_row(Place(name, start, _sha256(content)), header, record, content, fault)


def _decoded(lines: Iterator[bytes], taken: list[bytes]) -> Iterator[str]:
    """Text for the csv reader, which keeps the bytes it took in `taken`; invalid bytes become surrogates."""
    for line in lines:
        taken.append(line)
        yield line.decode("utf-8", errors="surrogateescape")


def _header(name: str, record: list[str], content: bytes, fault: str, columns: tuple[str, ...]) -> list[str]:
    if fault or _invalid_byte(content) is not None:
        raise DataError(
            f"the header is not CSV in UTF-8{': ' if fault else ''}{fault}",
            where=f"{name}:1",
            fix="save the file as CSV (comma, UTF-8)",
        )
    repeated = sorted({column for column in record if record.count(column) > 1})
    if repeated:
        raise DataError(
            f"the header names {', '.join(map(repr, repeated))} twice", where=f"{name}:1", fix="rename one"
        )
    missing = [column for column in columns if column not in record]
    if missing:
        raise DataError(
            f"no column {', '.join(map(repr, missing))}; the header has {', '.join(map(repr, record))}",
            where=f"{name}:1",
            fix="map the columns in data.fields; they must be separated by commas",
        )
    return record


def _csv_row(
    place: Place, header: list[str], record: list[str], content: bytes, fault: str
) -> RawRow | Discarded:
    invalid = _invalid_byte(content)
    if invalid is not None:
        line = place.line + content.count(b"\n", 0, invalid)
        byte = invalid - (content.rfind(b"\n", 0, invalid) + 1) + 1
        return Discarded(place, "not UTF-8", f"at byte {byte} of line {line}")
    last = place.line + content.count(b"\n")
    span = f"(lines {place.line} to {last}: is a quote left open?)" if last > place.line else ""
    if fault:
        return Discarded(place, f"not CSV: {fault}", span)
    if len(record) != len(header):
        return Discarded(place, f"has {len(record)} columns, the header {len(header)}", span)
    return RawRow(place, dict(zip(header, record, strict=True)))


def _invalid_byte(content: bytes) -> int | None:
    """Offset of the first byte that is not UTF-8."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
