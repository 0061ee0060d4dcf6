import pytest

from tunewright.config.schema.data import Source
from tunewright.data.raw_row import Discarded, RawRow
from tunewright.data.reading.read import read_source
from tunewright.errors import DataError


def read(folder, content, form="prompt_completion", columns=()):
    name = "rows.csv" if form == "csv" else "rows.jsonl"
    return list(read_source(folder.root, folder.source(name, content, form), columns))


def places(rows):
    return [(row.place.line, row.values if isinstance(row, RawRow) else str(row)) for row in rows]


def test_jsonl_with_byte_order_mark_crlf_and_blank_lines(folder):
    rows = read(folder, b'\xef\xbb\xbf{"a": 1}\r\n\r\n  \n{"a": "\xe2\x80\xa8"}')
    assert places(rows) == [(1, {"a": 1}), (4, {"a": "\u2028"})]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"a": 1', "not JSON: Expecting ',' delimiter at column 8"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b'{"a": 1, "a": 2}', 'key "a" stands twice in an object'),
        (b'"text"', "is string, not object"),
        (b'{"a": "\xff"}', "not UTF-8 at byte 8 of the line"),
        (b'{"a": ' + b"[" * 5000 + b"]" * 5000 + b"}", "nested deeper than 64 levels"),
    ],
)
def test_jsonl_lines_that_cannot_be_read_are_rejected_with_place_and_reason(folder, line, reason):
    rows = read(folder, b'{"a": 0}\n' + line + b'\n{"a": 3}\n')
    assert places(rows) == [(1, {"a": 0}), (2, reason), (3, {"a": 3})]
    assert isinstance(rows[1], Discarded)
    assert not rows[1].duplicate


def test_csv_reports_the_physical_line_where_a_row_starts(folder):
    rows = read(folder, b'\xef\xbb\xbfp,c\r\n"a\r\nb",1\r\n\r\n"say ""x"", now",2\r\n', "csv", ("p", "c"))
    assert places(rows) == [(2, {"p": "a\r\nb", "c": "1"}), (5, {"p": 'say "x", now', "c": "2"})]


def test_csv_rows_that_cannot_be_read_are_rejected_and_the_next_is_read(folder):
    content = b'p,c\nok,1\nthree,2,3\nb\xffd,4\n"two\nl\xff",5\n"open,6\nnext,"7"\nok,8\n'
    assert places(read(folder, content, "csv")) == [
        (2, {"p": "ok", "c": "1"}),
        (3, "has 3 columns, the header 2"),
        (4, "not UTF-8 at byte 2 of line 4"),
        (5, "not UTF-8 at byte 2 of line 6"),
        (7, "not CSV: ',' expected after '\"' (lines 7 to 8: is a quote left open?)"),
        (9, {"p": "ok", "c": "8"}),
    ]


def test_a_quote_left_open_to_the_end_is_rejected(folder):
    (row,) = read(folder, 'p,c\n"open,1\nnext,2\n', "csv")
    assert str(row) == "not CSV: unexpected end of data (lines 2 to 3: is a quote left open?)"


@pytest.mark.parametrize(
    ("content", "form", "message"),
    [
        ('[\n{"a": 1}\n]', "jsonl", "is one JSON array"),
        ("q;c\n1;2\n", "csv", "no column 'p'; the header has 'q', 'c'"),
        ("q c\n1 2\n", "csv", "no column 'p'; the header has 'q c'"),
        ("p,p\n1,2\n", "csv", "names 'p' twice"),
        (b"p,\xff\n1,2\n", "csv", "the header is not UTF-8 at byte 3"),
    ],
)
def test_a_file_of_another_form_is_a_data_error_with_the_way_out(folder, content, form, message):
    with pytest.raises(DataError, match=message) as caught:
        read(folder, content, form, ("p",) if form == "csv" else ())
    assert caught.value.where.startswith("data/raw/rows")
    assert caught.value.fix


def test_a_missing_file_or_folder_is_a_data_error(folder):
    def declared(path):
        return Source(path=path, format="chat", licence="none")

    with pytest.raises(DataError, match=r"data/raw/no\.jsonl: not there") as caught:
        list(read_source(folder.root, declared("data/raw/no.jsonl")))
    assert "dvc pull" in caught.value.fix
    with pytest.raises(DataError, match="the folder has no sub"):
        list(read_source(folder.root, declared("data/raw/sub/no.jsonl")))
    (folder.root / "data/raw/sub").mkdir()
    with pytest.raises(DataError, match="is a folder, and none that"):
        list(read_source(folder.root, declared("data/raw/sub")))
    with pytest.raises(DataError, match="the folder has no raw"):
        (folder.root / "other/data").mkdir(parents=True)
        list(read_source(folder.root / "other", declared("data/raw/no.jsonl")))


def test_a_link_out_of_data_raw_is_refused_and_one_within_is_followed(folder):
    outside = folder.root / "outside.jsonl"
    outside.write_text('{"a": 1}\n')
    raw = folder.root / "data" / "raw"
    (raw / "out.jsonl").symlink_to(outside)
    with pytest.raises(DataError, match="a symbolic link leads out of data/raw"):
        list(read_source(folder.root, Source(path="data/raw/out.jsonl", format="chat", licence="none")))
    folder.write("in.jsonl", '{"a": 1}\n')
    (raw / "link.jsonl").symlink_to(raw / "in.jsonl")
    assert (
        len(list(read_source(folder.root, Source(path="data/raw/link.jsonl", format="chat", licence="none"))))
        == 1
    )


def test_a_quote_left_open_that_would_swallow_many_rows_is_an_error(folder):
    content = 'p,c\nok,1\n"open,2\n' + "row,3\n" * 150
    with pytest.raises(DataError, match=r"rows\.csv:3: a quote is left open: it would swallow 150 lines"):
        read(folder, content, "csv")
    long = 'p,c\n"' + "line\n" * 300 + '",1\n'
    (row,) = read(folder, long, "csv")
    assert isinstance(row, RawRow)  # a closed quote may hold as many lines as it likes
