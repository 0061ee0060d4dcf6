"""Any bytes as any format: rows, rejections or a DataError; nothing else, and no row lost.

Examples are drawn from a fixed seed, so that CI finds tomorrow what it found today.
"""

import csv
import gzip
import io
import json
import random
from typing import get_args

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.unit.data.reading.made import read
from tunewright.config.schema.data import DataFormat, Source
from tunewright.data.raw_row import Discarded, RawRow
from tunewright.data.reading.lines import sha256
from tunewright.data.reading.read import read_source
from tunewright.errors import DataError

bounded = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=150,
    derandomize=True,
    database=None,
    deadline=None,
)
FORMATS = get_args(DataFormat)
NAMES = ("a.jsonl", "a.json", "a.csv", "a.tsv", "a.txt", "a.parquet", "a.xlsx")
PIECES = [
    *(bytes([byte]) for byte in b'",;\n\t|a1:{}[]\\\xff\0'),
    *(
        b"\r\n",
        b"\x1f\x8b",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"PK\x03\x04",
        b"PAR1",
        b"\xed\xa0\x80",
        b"\\ud800",
    ),
    *(b'{"prompt": "p", "completion": "c"}', b'"messages": [', b'{"role": "user", "content": "x"}'),
    *(b"prompt,completion\n", b'"from"', b"NaN", b"null"),
]
any_bytes = st.binary(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join)
MOSTLY = st.sampled_from([{}, {}, {}, {"encoding": "utf-16"}, {"encoding": "cp1252"}, {"encoding": "utf-7"}])


def checked(folder, name, content, form, **more):
    """The rows, or None for a DataError that says what and where; any other exception fails the test."""
    try:
        rows = list(read_source(folder.root, folder.source(name, content, form, **more)))
    except DataError as error:
        assert error.what
        assert error.where.startswith(f"data/raw/{name}")
        return None
    for row in rows:
        assert isinstance(row, RawRow) or (row.reason and row.fix and not row.duplicate)
        assert len(row.place.sha256) == 64
    return rows


@bounded
@given(
    content=any_bytes,
    name=st.sampled_from(NAMES),
    form=st.sampled_from(FORMATS),
    more=MOSTLY,
    pack=st.booleans(),
)
def test_any_bytes_as_any_format(folder, content, name, form, more, pack):
    rows = checked(folder, name, gzip.compress(content) if pack else content, form, **more)
    lines = [row.place.line for row in rows or ()]
    assert lines == sorted(lines)


@bounded
@example(content=b"\xef\xbb\xbf")
@given(content=any_bytes)
def test_every_line_of_jsonl_that_is_not_blank_is_read_or_rejected(folder, content):
    rows = checked(folder, "a.jsonl", content, "jsonl") if content else []
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b"))
    found = read_lines(folder, content) if not marked else None
    if found is not None:
        written = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
        assert [(row.place.line, row.place.sha256) for row in found] == [
            (number, sha256(line.rstrip(b"\r")))
            for number, line in enumerate(written, start=1)
            if line.strip()
        ]
    assert rows is None or found is None or len(rows) == len(found)


def read_lines(folder, content):
    from tunewright.data.reading.containers.jsonl import read_jsonl
    from tunewright.data.reading.text import TextFile

    path = folder.write("b.jsonl", content)
    return list(read_jsonl(TextFile(folder.root / path, path)))


@bounded
@given(
    records=st.lists(
        st.sampled_from(
            ['"a\nb",1', "x,2", '"say ""x""",3', "one", "a,b,c", '"open,4', "b\udcff,5", "", '"x"y,6']
        ),
        max_size=12,
    )
)
def test_every_line_of_a_csv_belongs_to_one_row(folder, records):
    """Rows begin where the one before has ended: their hashes are of all lines but blank ones."""
    content = "prompt,completion\n" + "".join(record + "\n" for record in records)
    raw = content.encode("utf-8", "surrogateescape")
    rows = checked(folder, "a.csv", raw, "csv")
    lines = raw.split(b"\n")[:-1]
    starts = [row.place.line for row in rows]
    assert starts == sorted(set(starts))
    assert all(lines[start - 1] for start in starts)
    assert not any(lines[1 : starts[0] - 1 if starts else None])
    for row, until in zip(rows, [*starts, len(lines) + 1][1:], strict=True):
        start = row.place.line
        spans = [sha256(b"\n".join(lines[start - 1 : end])) for end in range(start, until)]
        assert row.place.sha256 in spans
        assert not any(lines[start + spans.index(row.place.sha256) : until - 1])


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
tables = st.lists(st.tuples(cells, cells), max_size=6)


@bounded
@given(
    table=tables, delimiter=st.sampled_from([",", ";", "\t", "|"]), codec=st.sampled_from(["utf-8", "utf-16"])
)
def test_what_pythons_csv_writer_wrote_is_read_back(folder, table, delimiter, codec):
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, delimiter=delimiter)
    writer.writerows([("prompt", "completion"), *table])
    content = buffer.getvalue().encode(codec)
    rows = checked(folder, "a.csv", content, "csv", delimiter=delimiter)
    assert [tuple(row.values.values()) for row in rows] == table
    if delimiter not in "".join(map("".join, table)):
        assert [tuple(row.values.values()) for row in checked(folder, "a.csv", content, "csv")] == table


single = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(max_size=8)
values = st.recursive(
    single | st.floats(allow_nan=False, allow_infinity=False),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=4), below, max_size=3),
    max_leaves=6,
)
pair = {"prompt": values, "completion": values}
objects = st.lists(
    st.builds(
        lambda fixed, more: {**fixed, **more},
        st.fixed_dictionaries(pair),
        st.dictionaries(st.text(max_size=4), values, max_size=2),
    ),
    min_size=1,
    max_size=4,
)


@bounded
@given(
    table=objects,
    ascii_only=st.booleans(),
    indent=st.sampled_from([None, 1]),
    cut=st.sampled_from([1, 5, 1 << 18]),
)
def test_what_json_wrote_is_read_back_in_every_container(folder, table, ascii_only, indent, cut):
    from tunewright.data.reading.containers import json_values

    written = [json.dumps(row, ensure_ascii=ascii_only) for row in table]
    lines = "".join(row + "\n" for row in written)
    array = json.dumps(table, ensure_ascii=ascii_only, indent=indent)
    pretty = "\n".join(json.dumps(row, ensure_ascii=ascii_only, indent=1) for row in table)
    assert [values for _, values in read(folder, "a.jsonl", lines, "jsonl")] == table
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_values, "_CHUNK", cut)
        for content in (array, pretty):
            assert [values for _, values in read(folder, "a.json", content, "json")] == table


@pytest.fixture(scope="module")
def binaries(tmp_path_factory):
    """A workbook, a Parquet file and a shard of a saved data set."""
    import pyarrow
    from openpyxl import Workbook
    from pyarrow import parquet

    folder = tmp_path_factory.mktemp("binaries")
    rows = [{"prompt": f"p{n}", "completion": f"c{n}"} for n in range(40)]
    book = Workbook()
    for row in [("prompt", "completion"), *(tuple(row.values()) for row in rows)]:
        book.active.append(row)
    book.save(folder / "a.xlsx")
    table = pyarrow.Table.from_pylist(rows)
    parquet.write_table(table, folder / "a.parquet")
    with pyarrow.ipc.new_stream(folder / "a.arrow", table.schema) as writer:
        writer.write_table(table)
    return {path.suffix: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet", ".arrow"])
def test_damaged_binaries_give_rows_or_a_data_error(folder, binaries, suffix):
    whole = binaries[suffix]
    saved = folder.root / "data" / "raw" / "saved"
    saved.mkdir()
    (saved / "state.json").write_text('{"_data_files": [{"filename": "a.arrow"}]}')
    for seed in range(150):
        draw = random.Random(seed)
        damaged = bytearray(whole[: draw.choice([len(whole), draw.randrange(len(whole))])])
        for _ in range(draw.randint(0, 5)):
            damaged[draw.randrange(len(damaged) or 1) : 0] = b"" if draw.random() < 0.5 else b"\xff"
            if damaged:
                damaged[draw.randrange(len(damaged))] = draw.randrange(256)
        if suffix == ".arrow":
            (saved / "a.arrow").write_bytes(damaged)
            try:
                list(read_source(folder.root, Source(path="data/raw/saved", licence="x", format="dataset")))
            except DataError as error:
                assert error.where.startswith("data/raw/saved")
        else:
            checked(folder, f"a{suffix}", bytes(damaged), "auto")


def test_the_checks_of_this_file_see_a_rejection_without_a_way_out(folder, monkeypatch):
    from tunewright.data.reading.containers import jsonl

    monkeypatch.setattr(jsonl, "json_row", lambda file, place, content: Discarded(place, "no"))
    with pytest.raises(AssertionError):
        checked(folder, "a.jsonl", "{}\n", "chat")
