"""Excel workbooks (xlsx, xls) and OpenDocument sheets: one sheet, its first row the header, cells as text.

A row's place is its number in the sheet. The sheet is held in memory as a whole, as the format demands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tunewright.data.raw_row import Discarded, PlaceInOrder, RawRow
from tunewright.data.reading.columns import check_header
from tunewright.data.reading.plain_values import plain, row_sha256
from tunewright.errors import DataError

if TYPE_CHECKING:
    from python_calamine import CalamineSheet


def read_excel(
    path: Path, name: str, sheet: str | None, required: Sequence[str] = ()
) -> Iterator[RawRow | Discarded]:
    """Yield a row for each row of the sheet that is not empty, below the header.

    Cells become text: numbers without a needless `.0`, dates in ISO 8601, true and false, an empty cell
    as empty text. A formula counts as the value that was stored with it, an error (#N/A) as empty.

    Args:
        path: the workbook.
        name: relative to the project.
        sheet: its name; None where there is one alone.
        required: columns that the header must have.

    Raises:
        DataError: the workbook cannot be read, has several sheets, or the header cannot be used.
    """
    found = _sheet(path, name, sheet)
    # Only the first row of merged cells holds the value: the others would look blank.
    ranges = found.merged_cell_ranges or ()
    merged = {number for (first, _), (last, _) in ranges for number in range(first + 2, last + 2)}
    header: list[str] = []
    top = found.start[0] if found.start else 0
    for number, given in enumerate(found.iter_rows(), start=top + 1):
        cells = [_text(cell) for cell in given]
        if not any(cells):
            continue
        if not header:
            header = _header(cells, required, f"{name}, row {number}")
            continue
        values = dict(zip(header, cells, strict=False))
        place = PlaceInOrder(name, number, row_sha256(values))
        if number in merged:
            yield Discarded(
                place, "has cells merged over several rows", fix="split the merged cells and fill each"
            )
        elif any(cells[len(header) :]):
            yield Discarded(
                place, "has cells in columns without a name", fix="name the columns, or clear them"
            )
        else:
            yield RawRow(place, values)


def _sheet(path: Path, name: str, wanted: str | None) -> CalamineSheet:
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError as error:
        raise DataError(
            "is an Excel file, and python-calamine, which reads them, is not installed",
            where=name,
            fix="pip install 'tunewright[excel]', or save the file as CSV",
        ) from error
    try:
        with CalamineWorkbook.from_path(path) as book:
            sheets = list(book.sheet_names)
            if wanted is None and len(sheets) != 1:
                raise DataError(
                    f"has {len(sheets)} sheets: {', '.join(sheets)}",
                    where=name,
                    fix="name one in this source: sheet: NAME",
                )
            if wanted is not None and wanted not in sheets:
                raise DataError(
                    f"has no sheet {wanted!r}; it has: {', '.join(sheets)}", where=name, fix="mend sheet"
                )
            return book.get_sheet_by_name(wanted or sheets[0])
    except (CalamineError, OSError) as error:
        raise DataError(
            f"cannot be read as a workbook ({type(error).__name__})",
            where=name,
            fix="open it and save it again without a password as .xlsx, or as CSV",
        ) from error


def _header(cells: list[str], required: Sequence[str], where: str) -> list[str]:
    while not cells[-1]:
        cells = cells[:-1]
    if not all(cells):
        raise DataError("a column has no name", where=where, fix="name every column in the first row")
    check_header(cells, required, where)
    return cells


def _text(cell: Any) -> str:  # noqa: ANN401 - any cell
    match cell:
        case None:
            return ""
        case str():
            return cell
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case _:
            return str(plain(cell))
