import csv
import io
import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tunewright.config.schema.data import Source
from tunewright.data.read import Discarded, RawRow, read_source
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
        ('[\n{"a": 1}\n]', "chat", "is one JSON array"),
        ('{"a": 1}\n'.encode("utf-16"), "chat", "is UTF-16"),
        ("p;c\n1;2\n", "csv", "no column 'p'; the header has 'p;c'"),
        ("p,p\n1,2\n", "csv", "names 'p' twice"),
        (b"p,\xff\n1,2\n", "csv", "the header is not CSV in UTF-8"),
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
    with pytest.raises(DataError, match="is no file"):
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


any_bytes = st.binary(max_size=200) | st.lists(
    st.sampled_from([b'"', b",", b"\n", b"\r\n", b"a", b"\xff", b"{", b"}", b"[", b"\\", b"1", b":"]),
    max_size=40,
).map(b"".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@example(content=b"\xef\xbb\xbf", form="chat")
@given(content=any_bytes, form=st.sampled_from(["csv", "chat"]))
def test_readers_take_any_bytes(folder, content, form):
    try:
        rows = read(folder, b"p,c\n" + content if form == "csv" else content, form)
    except DataError:
        return
    lines = [row.place.line for row in rows]
    assert lines == sorted(set(lines))
    if form == "chat":
        assert len(rows) == sum(
            bool(line.strip()) for line in content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
        )


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=st.lists(st.tuples(cells, cells), max_size=6))
def test_what_a_csv_writer_wrote_is_read_back(folder, table):
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    writer.writerows([("p", "c"), *table])
    rows = read(folder, buffer.getvalue(), "csv")
    assert [tuple(row.values.values()) for row in rows] == table


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=st.lists(st.dictionaries(st.text(max_size=4), st.text(max_size=12), max_size=3), max_size=6))
def test_what_json_wrote_is_read_back(folder, table):
    content = "".join(json.dumps(row) + "\n" for row in table)
    assert [row.values for row in read(folder, content)] == table
