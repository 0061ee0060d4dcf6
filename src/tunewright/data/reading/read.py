"""Raw rows of a source, each with its place; what cannot be read is rejected, not dropped.

Every shape is made one of two: `messages` of role and content (chat), or prompt and completion, under the
project's names. Rejections never quote a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tunewright.config.schema.data import Fields, Source
from tunewright.data.raw_row import Discarded, RawRow
from tunewright.data.reading.container import TABLES
from tunewright.data.reading.custom_reader import chosen_reader, read_with
from tunewright.data.reading.recognise import container_rows, prompt_fields, recognise
from tunewright.data.reading.recognised import Recognised
from tunewright.data.reading.shapes.alpaca import INPUT, KEYS, alpaca
from tunewright.data.reading.shapes.chat import chat
from tunewright.data.reading.shapes.fault import ShapeFaultError
from tunewright.data.reading.shapes.prompt_template import PromptTemplate
from tunewright.data.reading.shapes.sharegpt import KEY, sharegpt
from tunewright.data.reading.source_path import source_path
from tunewright.data.reading.text import text_file
from tunewright.errors import DataError
from tunewright.extensions import load_extensions

Values = dict[str, Any]
Step = Callable[[Values], Values]


def read_source(
    root: Path,
    source: Source,
    columns: tuple[str, ...] = (),
    fields: Fields | None = None,
    found: Recognised | None = None,
) -> Iterator[RawRow | Discarded]:
    """Yield the rows of a source in the order of the file; blank lines are no rows.

    Args:
        root: the project's folder.
        source: the file and how it is read.
        columns: columns that a table must have, by the project's names; what the shape itself makes
            (the prompt of a template, the completion of an Alpaca row) need not be there.
        fields: the project's names of fields; None for the standard ones.
        found: what `recognise` said; None asks it.

    A source with a reader is read by that function of the project's extensions.

    Raises:
        TunewrightError: the reader is not registered, fails or gives something else than rows.
        DataError: the file cannot be had, recognised or read as a whole, or lacks a column.
    """
    fields = fields or Fields()
    found = found or recognise(root, source, fields)
    if found.container is None:
        readers = load_extensions(root).readers
        rows: Iterator[RawRow | Discarded] = read_with(
            chosen_reader(str(source.reader), readers), source_path(root, source), source
        )
    else:
        file = text_file(root, source)
        required = _required(source, found, columns, fields) if found.container in TABLES else ()
        rows = container_rows(file, found.container, found.delimiter, source.sheet, required)
    steps = _steps(source, found, fields)
    return _shaped(rows, steps) if steps else rows


def _shaped(rows: Iterator[RawRow | Discarded], steps: list[Step]) -> Iterator[RawRow | Discarded]:
    for row in rows:
        if isinstance(row, Discarded):
            yield row
            continue
        values = row.values
        try:
            for step in steps:
                values = step(values)
        except ShapeFaultError as fault:
            yield Discarded(row.place, fault.reason, fix=fault.fix)
        else:
            yield row if values is row.values else RawRow(row.place, values)


def _steps(source: Source, found: Recognised, fields: Fields) -> list[Step]:
    """What is done to a row's values, in order."""
    steps: list[Step] = []
    names = source.rename or {}
    if names:
        steps.append(lambda values: _renamed(values, names))
    match found.shape:
        case "chat":
            steps.append(lambda values: chat(values, fields.messages))
        case "sharegpt":
            steps.append(lambda values: sharegpt(values, fields.messages))
        case "alpaca":
            steps.append(lambda values: alpaca(values, fields.prompt, fields.completion))
        case "prompt_completion" if source.prompt_template is not None:
            template = PromptTemplate(source.prompt_template)
            steps.append(lambda values: {**values, fields.prompt: template(values)})
    if source.prompt_template is not None and found.shape != "prompt_completion":
        raise DataError(
            f"prompt_template means nothing to rows of shape {found.shape}",
            where=source.path,
            fix="set format of this source to prompt_completion, or take prompt_template out",
        )
    return steps


def _renamed(values: Values, names: dict[str, str]) -> Values:
    renamed = {names.get(name, name): value for name, value in values.items()}
    if len(renamed) < len(values):
        raise ShapeFaultError(
            "rename gives a field a name that another one has", "rename both, or take one of them out"
        )
    return renamed


def _required(source: Source, found: Recognised, columns: tuple[str, ...], fields: Fields) -> tuple[str, ...]:
    """The columns that must stand in a table, by its own names."""
    turns = {fields.prompt, fields.completion}
    match found.shape:
        case "chat":
            needed = (fields.messages, *(name for name in columns if name not in turns))
        case "sharegpt":
            needed = (KEY, *(name for name in columns if name not in turns))
        case "alpaca":
            needed = (*KEYS, *(name for name in columns if name not in {*turns, *KEYS, INPUT}))
        case "prompt_completion" if source.prompt_template is not None:
            needed = (*prompt_fields(source, fields), *(name for name in columns if name != fields.prompt))
        case "prompt_completion":
            needed = columns
    names = source.rename or {}
    back = {new: old for old, new in names.items()}
    return tuple(dict.fromkeys([*names, *(back.get(name, name) for name in needed)]))
