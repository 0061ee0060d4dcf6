"""Workbooks: cells as text, one sheet, merged cells told."""

import datetime

import pytest

from tests.unit.data.reading.made import read_path
from tunewright.config.schema.data import Fields, Source
from tunewright.data.reading.recognise import recognise
from tunewright.errors import DataError

PATH = "data/raw/rows.xlsx"
HEAD = ["prompt", "completion", "when"]


def write_book(folder, sheets, merged=()):
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    book.save(folder.root / PATH)


def test_cells_become_text(folder):
    rows = [
        HEAD,
        ["a", 3, datetime.datetime(2026, 3, 1)],
        [],
        [1.5, True, datetime.datetime(2026, 3, 1, 10, 2)],
        ["b", 1e20, datetime.time(10, 2)],
        ["c", "x"],
    ]
    write_book(folder, {"one": rows})
    assert (
        recognise(folder.root, Source(path=PATH, licence="x"), Fields()).name == "prompt_completion (Excel)"
    )
    found = read_path(folder, PATH, columns=("prompt", "completion"))
    assert [(line, list(values.values())) for line, values in found] == [
        (2, ["a", "3", "2026-03-01"]),
        (4, ["1.5", "true", "2026-03-01T10:02:00"]),
        (5, ["b", "1e+20", "10:02:00"]),
        (6, ["c", "x", ""]),
    ]


def test_the_sheet_must_be_named_where_there_are_several(folder):
    write_book(folder, {"one": [HEAD, ["a", "b"]], "two": [HEAD, ["c", "d"]]})
    with pytest.raises(DataError, match="has 2 sheets: one, two") as caught:
        read_path(folder, PATH)
    assert "sheet: NAME" in caught.value.fix
    assert read_path(folder, PATH, sheet="two") == [(2, {"prompt": "c", "completion": "d", "when": ""})]
    with pytest.raises(DataError, match="has no sheet 'three'; it has: one, two"):
        read_path(folder, PATH, sheet="three")


def test_rows_of_merged_cells_are_rejected_but_for_the_first(folder):
    write_book(
        folder, {"one": [HEAD, ["a", "x"], [None, "y"], ["b", "z", 1], ["c", "w"]]}, ["A2:A3", "B4:C4"]
    )
    assert [row if isinstance(row, str) else row["prompt"] for _, row in read_path(folder, PATH)] == [
        "a", "has cells merged over several rows", "b", "c",
    ]  # fmt: skip


def test_headers_that_cannot_be_used(folder):
    write_book(folder, {"one": [["prompt", None, "completion"], ["a", "b", "c"]]})
    with pytest.raises(DataError, match="a column has no name"):
        read_path(folder, PATH)
    write_book(folder, {"one": [["prompt", "prompt"], ["a", "b"]]})
    with pytest.raises(DataError, match="'prompt' twice"):
        read_path(folder, PATH)
    write_book(folder, {"one": [["prompt", "text"], ["a", "b"]]})
    with pytest.raises(DataError, match="no column 'completion'"):
        read_path(folder, PATH, "excel", columns=("prompt", "completion"))
    write_book(folder, {"one": [["prompt", "completion"], ["a", "b", "c"]]})
    assert read_path(folder, PATH, "excel") == [(2, "has cells in columns without a name")]
    write_book(folder, {"one": []})
    assert read_path(folder, PATH, "excel") == []


def test_a_damaged_workbook_is_an_error(folder):
    write_book(folder, {"one": [HEAD, ["a", "b"]]})
    content = (folder.root / PATH).read_bytes()
    at = content.index(b"xl/worksheets/sheet1.xml") + 60
    (folder.root / PATH).write_bytes(content[:at] + b"\xff" * 50 + content[at + 50 :])
    with pytest.raises(DataError, match="workbook, and is damaged"):
        read_path(folder, PATH, "excel")
    (folder.root / PATH).write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    with pytest.raises(DataError, match="cannot be read as a workbook"):
        read_path(folder, PATH)
