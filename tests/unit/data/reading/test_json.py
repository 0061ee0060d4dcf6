"""JSON in one piece: rows are cut out by their brackets, so that one fault costs one row."""

import json

import pytest

from tests.unit.data.reading.made import read
from tunewright.data.reading.containers import json_values
from tunewright.errors import DataError


def rows(folder, content):
    return read(folder, "a.json", content, "prompt_completion")


@pytest.fixture(params=[1, 2, 3, 7, 1 << 18])
def chunk(request, monkeypatch):
    """However the text is cut into chunks, the rows are the same."""
    monkeypatch.setattr(json_values, "_CHUNK", request.param)


def test_faults_cost_one_row_each_and_a_comma_at_the_end_none(folder, chunk):
    content = """[
  {"a": "x ] } , [ { \\" \\\\"},

  {"a": NaN}, {"a": 1, "a": 2},
  {"a": 1,}, "text", , 7,
  {"a": {"b": [1, {"c": 2}]}},
]
"""
    assert rows(folder, content) == [
        (2, {"a": 'x ] } , [ { " \\'}),
        (4, "NaN is not JSON"),
        (4, 'key "a" stands twice in an object'),
        (5, "not JSON: Illegal trailing comma before end of object at column 8")
        if "Illegal" in str(rows(folder, content))
        else (5, "not JSON: Expecting property name enclosed in double quotes at column 9"),
        (5, "is string, not object"),
        (5, "not JSON: Expecting value at column 1"),
        (5, "is integer, not object"),
        (6, {"a": {"b": [1, {"c": 2}]}}),
    ]


def test_objects_over_several_lines_need_no_array(folder, chunk):
    content = '{\n "a": 1\n}\n{\n "a": 2\n},\n\n{\n "a": [\n  {}]\n}\n'
    assert rows(folder, content) == [(1, {"a": 1}), (4, {"a": 2}), (8, {"a": [{}]})]


def test_invalid_bytes_are_told_with_their_line(folder, chunk):
    content = b'[\n{"a": 1,\n "b": "\xff"}, {"a": "\xff"}]'
    assert rows(folder, content) == [
        (2, "not UTF-8 at byte 8 of line 3"),
        (3, "not UTF-8 at byte 8 of the line"),
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('[{"a": 1}, {"a": 2}', "ends too early: the row that begins in line 1 is not closed"),
        ('[{"a": 1},\n {"a": [2}, {"a": 3}]', "the row that begins in line 2 is not closed"),
        ('[{"a": 1},\n {"a": "2}, {"a": 3}]\n', "the row that begins in line 2 is not closed"),
        ('[{"a": 1},', "ends too early: the array is not"),
        ("[", "ends too early: the array is not"),
        ('[{"a": 1}]\n[{"a": 2}]', "goes on behind the end of its array"),
        ('[{"a": 1}]\n x', "goes on behind the end of its array"),
        ('{\n"a": 1\n}\n{', "the row that begins in line 4 is not closed"),
    ],
)
def test_a_file_of_which_rows_may_be_missing_is_an_error(folder, content, told, chunk):
    with pytest.raises(DataError, match=told) as caught:
        rows(folder, content)
    assert caught.value.where.startswith("data/raw/a.json")
    assert caught.value.fix


def test_a_large_array_is_read_in_little_memory(folder):
    import tracemalloc

    row = json.dumps({"prompt": "x" * 1000, "completion": "y"})
    folder.write("a.json", "[" + ",\n".join([row] * 5_000) + "]")
    from tunewright.config.schema.data import Source
    from tunewright.data.reading.read import read_source

    tracemalloc.start()
    source = Source(path="data/raw/a.json", licence="none")
    assert sum(1 for _ in read_source(folder.root, source)) == 5_000
    assert tracemalloc.get_traced_memory()[1] < 2 << 20
    tracemalloc.stop()


def test_an_empty_array_has_no_rows(folder, chunk):
    assert rows(folder, " [ ] \n") == []
