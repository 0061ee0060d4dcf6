"""The records of a CSV file that a person hands in: a filled review sheet, feedback from production."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from tunewright.errors import DataError


def csv_records(text: str, where: str, *, delimiter: str = ",") -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line on which it begins, counted from 1; an empty line is an empty record.

    Args:
        text: of the file, its line ends as they are.
        where: the file, for messages.
        delimiter: one character.

    Raises:
        DataError: no CSV, with the line of the record that is none.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            what = f"not CSV: {error}"
            raise DataError(what, where=f"{where}:{line}", fix="is a quote left open?") from None
        yield line, record
