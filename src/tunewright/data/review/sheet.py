"""The sample as CSV for a spreadsheet, and back: cells that would be taken for formulas are defused."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence

from tunewright.data.csv_records import csv_records
from tunewright.data.review.sample import Sampled, sample_hash
from tunewright.data.rows import shown_turns
from tunewright.errors import DataError

COLUMNS = (
    "id",
    "prompt",
    "answer",
    "verdict",
    "corrected_answer",
    "comment",
    "reviewer",
    "split",
    "source",
    "key",
    "sample",
)
"""The reviewer fills verdict (accept, edit, reject), corrected_answer, comment and, in one row, reviewer."""
READ = ("id", "verdict", "corrected_answer", "comment", "reviewer", "key", "sample")
HASH = "hash:"
"""Begins hashes: a spreadsheet would make a number of one such as 12e4567890123456."""
BOM = "\ufeff"
"""Without it Excel takes UTF-8 for another encoding."""
_BEGINS_FORMULA = re.compile(r"'*[=+\-@\t\r\n|%]")


def write_sheet(rows: Sequence[Sampled]) -> str:
    """The sample as CSV (comma, quotes where needed, CRLF, UTF-8 with a byte order mark)."""
    name = sample_hash((one.row.id, one.key) for one in rows)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for one in rows:
        turns = shown_turns(one.row.prompt)
        shown = (
            turns[0][1]
            if len(turns) == 1
            else "\n\n".join(f"{speaker.upper()}\n{text}" for speaker, text in turns)
        )
        cells = {"id": one.row.id, "prompt": shown, "answer": one.row.reference, "split": one.split}
        cells |= {"source": one.row.source, "key": HASH + one.key, "sample": HASH + name}
        writer.writerow([defused(cells.get(column, "")) for column in COLUMNS])
    return BOM + text.getvalue()


def read_sheet(text: str, where: str) -> list[Mapping[str, str]]:
    """The lines of a filled sheet, by column; `line` holds where each begins.

    Args:
        text: of the file; fields parted by comma, semicolon or tab, as spreadsheets save them.
        where: the file, for messages.

    Raises:
        DataError: no CSV, or columns are missing.
    """
    plain = text.removeprefix(BOM)
    head = plain.split("\n", 1)[0]
    lines: list[Mapping[str, str]] = []
    header: list[str] = []
    for line, record in csv_records(plain, where, delimiter=max(",;\t", key=head.count)):
        if not header:
            header = [name.strip() for name in record]
            missing = [name for name in READ if name not in header]
            if missing:
                what = f"lacks the columns {', '.join(missing)}"
                raise DataError(
                    what, where=f"{where}:1", fix="keep the columns of the sheet that was exported"
                )
        elif any(cell.strip() for cell in record):
            cells = dict(zip(header, map(restored, record), strict=False))
            lines.append({name: cells.get(name, "") for name in READ} | {"line": str(line)})
    return lines


def defused(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe before what would begin one.

    After the advice of OWASP on CSV injection. `restored` takes it away again; a cell that brings such an
    apostrophe gets one more.
    """
    return f"'{cell}" if _BEGINS_FORMULA.match(cell) else cell


def restored(cell: str) -> str:
    """The cell before `defused`; one that a person has typed without apostrophe stays as it is."""
    return cell[1:] if cell.startswith("'") and _BEGINS_FORMULA.match(cell) else cell
