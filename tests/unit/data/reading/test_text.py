"""Encodings, byte order marks, gzip, and lines that are too long."""

import gzip
import hashlib

import pytest

from tests.unit.data.reading.made import read, recognised
from tunewright.data.raw_row import Discarded
from tunewright.data.reading import lines
from tunewright.data.reading.read import read_source
from tunewright.errors import DataError

TEXT = '{"prompt": "Grüße, 東京 🙂", "completion": "ß"}\r\n\r\n{"prompt": "2", "completion": "3"}\n'
VALUES = [(1, {"prompt": "Grüße, 東京 🙂", "completion": "ß"}), (3, {"prompt": "2", "completion": "3"})]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize(
    ("codec", "declared"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-8-sig", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", None),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", None),
        ("utf-32-be", "utf-32-be"),
        ("gb18030", "gb18030"),
    ],
)
def test_a_text_reads_alike_in_every_encoding(folder, codec, declared, pack):
    assert read(folder, "a.jsonl", pack(TEXT.encode(codec)), encoding=declared) == VALUES


def test_the_byte_order_mark_of_utf_16_be_is_read(folder):
    assert read(folder, "a.jsonl", b"\xfe\xff" + TEXT.encode("utf-16-be")) == VALUES


def test_an_encoding_against_the_byte_order_mark_is_an_error(folder):
    with pytest.raises(DataError, match="byte order mark of UTF-8, but encoding is cp1252"):
        read(folder, "a.jsonl", TEXT.encode("utf-8-sig"), encoding="cp1252")


GERMAN = "Die Prüfung der Rückläufer dauert länger als üblich, möglicherweise bis März. "


def test_bytes_of_another_encoding_are_rejected_with_their_place_and_an_encoding_to_try(folder):
    content = '{"prompt": "' + GERMAN * 3 + '", "completion": "x"}\n{"prompt": "y", "completion": "x"}\n'
    source = folder.source("a.jsonl", content.encode("cp1252"))
    rejected, kept = read_source(folder.root, source)
    assert isinstance(rejected, Discarded)
    assert str(rejected) == "not UTF-8 at byte 19 of the line"
    assert "encoding: cp1252" in rejected.fix
    assert kept.place.line == 2
    assert read(folder, "a.jsonl", content.encode("cp1252"), encoding="cp1252")[0][1]["prompt"] == GERMAN * 3


def test_what_is_no_character_in_the_declared_encoding_is_rejected_with_its_place(folder):
    rows = b'{"prompt": "a", "completion": "b"}\n{"prompt": "\x80uro \x81", "completion": "b"}\n'
    assert read(folder, "a.jsonl", rows, encoding="cp1252")[1] == (
        2,
        "not cp1252 at character 18 of the line",
    )
    table = b"prompt,completion\na,b\nc,\x81\n"
    assert read(folder, "a.csv", table, encoding="cp1252")[1] == (3, "not cp1252 at character 3 of line 3")
    cut = TEXT.encode("utf-16-le")[:-1]
    assert [line for line, _ in read(folder, "b.jsonl", cut, encoding="utf-16-le")] == [1, 3]


def test_a_packed_file_that_was_cut_off_or_damaged_is_an_error(folder):
    packed = gzip.compress(TEXT.encode() * 50)
    with pytest.raises(DataError, match=r"data/raw/a\.jsonl: is packed with gzip and cut off"):
        read(folder, "a.jsonl", packed[:-9])
    with pytest.raises(DataError, match="is packed with gzip and damaged"):
        read(folder, "a.jsonl", packed[:20] + b"\xff\xff\xff" + packed[23:])


@pytest.fixture
def short_rows(monkeypatch):
    """A limit that tests can pass: modules hold the constant by name."""
    from tunewright.data.reading.containers import delimited, json_values

    for module in (lines, delimited, json_values):
        monkeypatch.setattr(module, "MAX_ROW_BYTES", 1 << 20)


LONG = "x" * (1 << 20)


@pytest.mark.parametrize(
    ("name", "before", "line", "after"),
    [
        ("a.jsonl", '{"prompt": "1", "completion": "2"}\n', '{"prompt": "%s", "completion": "2"}', "\n"),
        ("a.csv", "prompt,completion\n1,2\n", '"%s",2', "\n"),
        ("a.csv", "prompt,completion\n1,2\n", '"a\n%s",2', "\n"),
        ("a.json", '[{"prompt": "1", "completion": "2"},\n', '{"prompt": "%s", "completion": "2"}', ",\n"),
    ],
)
def test_a_row_that_is_too_long_is_rejected_alone(folder, short_rows, name, before, line, after):
    last = before.splitlines()[-1].strip("[,")
    content = before + (line % LONG) + after + last + ("]" if name == "a.json" else "\n")
    first, long, then = read(folder, name, content)
    assert "longer than 1 MiB (" in long[1]
    assert first[1] == then[1] == {"prompt": "1", "completion": "2"}
    assert long[0] == before.count("\n") + 1
    assert then[0] == content.rstrip("\n").count("\n") + 1


def test_a_line_that_is_too_long_is_hashed_like_any_other(folder, short_rows):
    source = folder.source("a.jsonl", LONG + "yz\r\n", "prompt_completion")
    (row,) = read_source(folder.root, source)
    assert row.place.sha256 == hashlib.sha256((LONG + "yz").encode()).hexdigest()
    assert "each row on a line of its own" in row.fix


def test_the_encoding_stands_in_the_name(folder):
    assert recognised(folder, "a.jsonl", TEXT.encode("utf-16")).name.endswith("(JSON Lines, utf-16-le)")
