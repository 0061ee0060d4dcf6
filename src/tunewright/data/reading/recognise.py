"""A source is recognised: container by content, then shape by the first rows; what is declared wins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from tunewright.config.prompt_template import template_parts
from tunewright.config.schema.data import Fields, Source
from tunewright.data.raw_row import Discarded, RawRow
from tunewright.data.reading.container import DELIMITED, Container, container_of
from tunewright.data.reading.containers.arrow import read_dataset_folder, read_parquet
from tunewright.data.reading.containers.delimited import DELIMITERS, header_of, read_delimited
from tunewright.data.reading.containers.excel import read_excel
from tunewright.data.reading.containers.json_values import read_json
from tunewright.data.reading.containers.jsonl import read_jsonl
from tunewright.data.reading.recognised import Recognised
from tunewright.data.reading.shape import DECLARED, shape_of
from tunewright.data.reading.shapes import alpaca
from tunewright.data.reading.text import TextFile, text_file
from tunewright.errors import DataError

_TEXTS = ("jsonl", "json", "csv", "tsv")
_ROWS_LOOKED_AT = 100


def recognise(root: Path, source: Source, fields: Fields) -> Recognised:
    """What a source is and why; reads its beginning.

    Args:
        root: the project's folder.
        source: as declared.
        fields: the project's names of fields.

    Raises:
        DataError: the file cannot be had, is not what is declared, or may be several things; names
            the choices.
    """
    file = text_file(root, source)
    if source.reader is not None:
        return Recognised(None, DECLARED[source.format], f"reader {source.reader}")
    found = container_of(file, source.format)
    _refuse_meaningless(file, source, found.container)
    delimiter = _delimiter(file, source, found.container, fields) if found.container in DELIMITED else ""
    text = found.container in _TEXTS
    shape = DECLARED.get(source.format)
    why = [] if found.why == "declared" else [found.why]
    if shape is None:
        rows = _first_rows(container_rows(file, found.container, delimiter, source.sheet), source)
        shape, names = shape_of(rows, fields, prompt_fields(source, fields), source.path)
        why.append(f"rows have {names}")
    return Recognised(
        container=found.container,
        shape=shape,
        why="; ".join(why) or "as declared",
        encoding=file.encoding if text else "",
        gzip=file.gzip if text else False,
        delimiter=delimiter,
    )


def prompt_fields(source: Source, fields: Fields) -> tuple[str, ...]:
    """The fields of which a prompt is made."""
    if source.prompt_template is None:
        return (fields.prompt,)
    return tuple(field for _, field in template_parts(source.prompt_template) if field is not None)


def container_rows(
    file: TextFile, container: Container, delimiter: str, sheet: str | None, required: Sequence[str] = ()
) -> Iterator[RawRow | Discarded]:
    """The rows of a file as they stand in it.

    Args:
        file: the raw file.
        container: its kind.
        delimiter: of CSV and TSV.
        sheet: of a workbook.
        required: columns that a table must have.

    Raises:
        DataError: the file cannot be read as a whole.
    """
    match container:
        case "jsonl":
            return read_jsonl(file)
        case "json":
            return read_json(file)
        case "csv" | "tsv":
            return read_delimited(file, delimiter, required)
        case "parquet":
            return read_parquet(file.path, file.name, required)
        case "excel":
            return read_excel(file.path, file.name, sheet, required)
        case "dataset":
            return read_dataset_folder(file.path, file.name, required)


def _first_rows(rows: Iterator[RawRow | Discarded], source: Source) -> list[dict[str, object]]:
    """The first rows under the project's names.

    Raises:
        DataError: all of them are rejected; says why the first one is.
    """
    first = list(islice(rows, _ROWS_LOOKED_AT))
    good = [row.values for row in first if isinstance(row, RawRow)]
    for row in first:
        if isinstance(row, Discarded) and not good:
            raise DataError(
                f"none of the first {len(first)} rows can be read; this one: {row}",
                where=str(row.place),
                fix=row.fix,
            )
    names = source.rename or {}
    return [{names.get(name, name): value for name, value in values.items()} for values in good]


def _delimiter(file: TextFile, source: Source, container: Container, fields: Fields) -> str:
    """What stands between the fields of a CSV: as declared, or what alone parts its header.

    Raises:
        DataError: several signs would; names them.
    """
    if container == "tsv":
        return "\t"
    if source.delimiter is not None:
        return source.delimiter
    headers = {sign: header_of(file, sign) for sign in DELIMITERS}
    parting = [sign for sign, header in headers.items() if len(header) > 1]
    if len(parting) < 2:
        return parting[0] if parting else ","
    names = source.rename or {}
    wanted = [{*prompt_fields(source, fields), fields.completion}, set(alpaca.KEYS)]
    having = [
        sign
        for sign in parting
        if any(needed <= {names.get(name, name) for name in headers[sign]} for needed in wanted)
    ]
    if len(having) == 1:
        return having[0]
    choices = " or ".join(f"{DELIMITERS[sign]} ({len(headers[sign])} columns)" for sign in parting)
    raise DataError(
        f"its columns may be separated by {choices}",
        where=f"{file.name}:1",
        fix=f'say which in this source: delimiter: "{parting[0]}"'.replace("\t", "\\t"),
    )


def _refuse_meaningless(file: TextFile, source: Source, container: Container) -> None:
    """Settings of another container than the file turned out to be.

    Raises:
        DataError: names the setting.
    """
    given = {
        "sheet": source.sheet is not None and container != "excel",
        "delimiter": source.delimiter is not None and container != "csv",
        "encoding": source.encoding is not None and container not in _TEXTS,
    }
    for name in (name for name, meaningless in given.items() if meaningless):
        raise DataError(
            f"{name} means nothing to this file, which is {container}",
            where=file.name,
            fix=f"take {name} out of this source",
        )
