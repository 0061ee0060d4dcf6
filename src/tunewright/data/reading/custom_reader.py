"""Readers of the project itself: functions in `extensions/` that turn a file of any kind into raw rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from tunewright.config.schema.data import Source
from tunewright.data.raw_row import Discarded, PlaceInOrder, RawRow
from tunewright.data.reading.plain_values import row_sha256
from tunewright.errors import DataError
from tunewright.extensions import FOLDER, RowReader, failure, source_place


def chosen_reader(name: str, registered: Mapping[str, RowReader]) -> tuple[str, RowReader]:
    """The reader that a source names.

    Raises:
        DataError: no module in `extensions/` registers it.
    """
    if name not in registered:
        near = get_close_matches(name, registered, n=1)
        known = f"registered are {', '.join(sorted(registered))}" if registered else "nothing is registered"
        raise DataError(
            f"no reader {name!r}: {known} in {FOLDER}/",
            where="data.sources",
            fix=f"write {near[0]}" if near else f"register it with @reader({name!r}) in {FOLDER}/",
        )
    return name, registered[name]


def read_with(chosen: tuple[str, RowReader], path: Path, source: Source) -> Iterator[RawRow | Discarded]:
    """Yield the rows that a reader gives, numbered in its order.

    Args:
        chosen: the reader's name and function.
        path: the raw file.
        source: as declared.

    Raises:
        TunewrightError: the reader fails; names its file and line, and the last row before.
        DataError: it gives something else than dicts with text as keys; names its file and line.
    """
    name, function = chosen
    number = 0
    for number, values in enumerate(_given(name, function, path, source), start=1):
        if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
            given = "a dict whose keys are not all text" if isinstance(values, dict) else _type(values)
            raise DataError(
                f"reader {name!r} gave {given} as row {number} of {source.path}",
                where=source_place(function),
                fix='give dicts such as {"prompt": "...", "completion": "..."}',
            )
        yield RawRow(PlaceInOrder(source.path, number, row_sha256(values)), dict(values))


def _given(name: str, function: RowReader, path: Path, source: Source) -> Iterator[object]:
    """What the reader gives, one by one; its failure as an error that says after which row."""
    count = 0
    try:
        for count, row in enumerate(_iterable(name, function, path, source), start=1):  # noqa: B007 - for the message
            yield row
    except DataError:
        raise
    except (Exception, SystemExit) as error:  # a project's code may raise anything
        raise failure(f"reader {name!r}, {source.path} after row {count}", error) from error


def _iterable(name: str, function: RowReader, path: Path, source: Source) -> Iterable[object]:
    rows: object = function(path)
    if isinstance(rows, (str, bytes, dict)) or not isinstance(rows, Iterable):
        raise DataError(
            f"reader {name!r} returned {_type(rows)} for {source.path}",
            where=source_place(function),
            fix="return a list of rows (dicts), or yield them",
        )
    return rows


def _type(value: object) -> str:
    return "None" if value is None else type(value).__name__
