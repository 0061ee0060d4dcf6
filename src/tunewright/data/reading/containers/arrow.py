"""Parquet files, and the folders that `datasets.save_to_disk` writes: batch by batch, never as a whole.

A row's place is its number, since such a file has no lines. Class labels that the Hugging Face library
stored as numbers become their names.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tunewright.data.raw_row import Discarded, PlaceInOrder, RawRow
from tunewright.data.reading.columns import check_header
from tunewright.data.reading.plain_values import plain, row_sha256
from tunewright.errors import DataError

if TYPE_CHECKING:
    import pyarrow

STATE = "state.json"
SPLITS = "dataset_dict.json"
_ROWS = 256
"""Rows read at once: of 16 kB each these are 4 MB."""


def read_parquet(path: Path, name: str, required: Sequence[str] = ()) -> Iterator[RawRow | Discarded]:
    """Yield the rows of a Parquet file.

    Raises:
        DataError: the file is damaged or lacks a column.
    """
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            check_header(file.schema_arrow.names, required, name)
            yield from _rows(file.iter_batches(batch_size=_ROWS), file.schema_arrow, name)
    except (pyarrow.ArrowException, OSError, ValueError, OverflowError) as error:
        raise _damaged(name, "Parquet file", error) from error


def read_dataset_folder(path: Path, name: str, required: Sequence[str] = ()) -> Iterator[RawRow | Discarded]:
    """Yield the rows of a folder that `Dataset.save_to_disk` wrote, file after file.

    Raises:
        DataError: a file is missing or damaged, or a column is missing.
    """

    import pyarrow

    files = _data_files(path, name)
    try:
        schema = _schema(files, name)
        check_header(schema.names, required if files else (), name)
        yield from _rows(_batches(files, name), schema, name)
    except (pyarrow.ArrowException, ValueError, OverflowError) as error:
        raise _damaged(name, "data set", error) from error


def _schema(files: list[Path], name: str) -> pyarrow.Schema:
    import pyarrow

    if not files:
        return pyarrow.schema([])
    with _stream(files[0], name) as reader:
        return reader.schema


def _data_files(path: Path, name: str) -> list[Path]:
    try:
        state = json.loads((path / STATE).read_text(encoding="utf-8"))
        names = [str(file["filename"]) for file in state["_data_files"]]
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise _damaged(name, f"data set: {STATE}", error) from error
    files = [path / file for file in names]
    missing = [file.name for file in files if not file.is_file() or file.parent != path]
    if missing:
        raise DataError(
            f"lacks {', '.join(missing)}", where=name, fix="`dvc pull` the folder, or copy it here again"
        )
    return files


def _batches(files: Iterable[Path], name: str) -> Iterator[pyarrow.RecordBatch]:
    import pyarrow

    for file in files:
        try:
            with _stream(file, name) as reader:
                yield from reader
        except (pyarrow.ArrowException, OSError) as error:
            raise _damaged(name, f"data set: {file.name}", error) from error


def _stream(file: Path, name: str) -> Any:  # noqa: ANN401 - pyarrow has no types
    import pyarrow.ipc

    try:
        return pyarrow.ipc.open_stream(pyarrow.memory_map(str(file)))
    except (pyarrow.ArrowException, OSError) as error:
        raise _damaged(name, f"data set: {file.name}", error) from error


def _rows(
    batches: Iterable[pyarrow.RecordBatch], schema: pyarrow.Schema, name: str
) -> Iterator[RawRow | Discarded]:
    labels = _class_labels(schema)
    number = 0
    for batch in batches:
        batch.validate(full=True)  # or damaged offsets would read beyond the memory
        for start in range(0, batch.num_rows, _ROWS):
            for given in batch.slice(start, _ROWS).to_pylist():
                number += 1
                yield _row(given, labels, name, number)


def _row(given: dict[str, Any], labels: dict[str, list[str]], name: str, number: int) -> RawRow | Discarded:
    place = PlaceInOrder(name, number, row_sha256(given))
    try:
        values = {key: plain(value) for key, value in given.items()}
    except TypeError as error:
        return Discarded(place, f"holds {error}, no text or number", fix="take that column out of the file")
    for key, names in labels.items():
        label = values[key]
        if isinstance(label, int):
            if not 0 <= label < len(names):
                # -1 is what the library writes for "no label".
                fix = "give the row a label, or take it out"
                return Discarded(place, "its class label is none of the file's names", fix=fix)
            values[key] = names[label]
    return RawRow(place, values)


def _class_labels(schema: pyarrow.Schema) -> dict[str, list[str]]:
    """The names of class labels by column, as the Hugging Face library stores them beside the schema."""
    try:
        features = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
        return {
            column: [str(name) for name in feature["names"]]
            for column, feature in features.items()
            if isinstance(feature, dict) and feature.get("_type") == "ClassLabel" and column in schema.names
        }
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError):
        return {}


def _damaged(name: str, what: str, error: BaseException) -> DataError:
    # The library's own words may quote the file; the kind of error says enough.
    return DataError(
        f"is a damaged {what} ({type(error).__name__})",
        where=name,
        fix="copy it here again, or write it anew",
    )
