"""What a file is taken for, and the errors where it may be several things or none."""

import gzip
import io
import json
import zipfile

import pytest

from tests.unit.data.reading.made import read, recognised
from tunewright.config.schema.data import Fields
from tunewright.errors import DataError

PAIR = {"prompt": "p", "completion": "c"}
CHAT = {"messages": [{"role": "user", "content": "p"}, {"role": "assistant", "content": "c"}]}
ALPACA = {"instruction": "p", "input": "", "output": "c"}
SHAREGPT = {"conversations": [{"from": "human", "value": "p"}, {"from": "gpt", "value": "c"}]}
READ = {"prompt_completion": PAIR, "alpaca": PAIR, "chat": CHAT, "sharegpt": CHAT}
ROWS = {"prompt_completion": PAIR, "alpaca": ALPACA, "chat": CHAT, "sharegpt": SHAREGPT}


@pytest.mark.parametrize("shape", ROWS)
@pytest.mark.parametrize(
    ("name", "write", "container"),
    [
        ("rows.jsonl", lambda rows: "".join(json.dumps(row) + "\n" for row in rows), "JSON Lines"),
        ("rows.json", lambda rows: "".join(json.dumps(row) + "\n" for row in rows), "JSON Lines"),
        ("rows.dump", lambda rows: json.dumps(rows), "JSON"),
        ("rows.jsonl", lambda rows: json.dumps(rows, indent=1), "JSON"),
        ("rows.json", lambda rows: "".join(json.dumps(row, indent=2) + "\n" for row in rows), "JSON"),
        ("rows.jsonl.gz", lambda rows: gzip.compress(json.dumps(rows).encode()), "JSON, gzip"),
    ],
)
def test_container_and_shape_are_found_and_the_rows_are_normalised(folder, shape, name, write, container):
    content = write([ROWS[shape]] * 3)
    found = recognised(folder, name, content)
    assert found.name == f"{shape} ({container})"
    assert "rows have" in found.why
    assert found.form == ("chat" if shape in ("chat", "sharegpt") else "prompt_completion")
    assert [values for _, values in read(folder, name, content)] == [READ[shape]] * 3


@pytest.mark.parametrize(
    ("name", "content", "expected", "why"),
    [
        ("a.csv", "prompt,completion\na,b\n", "prompt_completion (CSV)", "called .csv"),
        ("a.csv", "prompt;completion\na;b\n", "prompt_completion (CSV, semicolon)", "called .csv"),
        ("a.tsv", "prompt\tcompletion\na\tb\n", "prompt_completion (TSV)", "called .tsv"),
        (
            "a.csv.gz",
            gzip.compress(b"instruction,output\na,b\n", mtime=0),
            "alpaca (CSV, gzip)",
            "instruction",
        ),
        ("a.txt", "prompt\tcompletion\na\tb\n", "prompt_completion (TSV)", "tabs in its first line"),
        ("a.txt", "prompt|completion\na|b\n", "prompt_completion (CSV, bar)", "a bar in its first line"),
        ("a.csv", '"prompt","completion"\n"a;b;c","d"\n', "prompt_completion (CSV)", ""),
        # The columns that are wanted decide where two signs part the header.
        ("a.csv", "prompt;completion;a,b\n1;2;3\n", "prompt_completion (CSV, semicolon)", ""),
        (
            "a.jsonl",
            '{"prompt": \n{"prompt": "a", "completion": "b"}\n',
            "prompt_completion (JSON Lines)",
            "",
        ),
        ("a.csv", "prompt,completion\na,b\n".encode("utf-16"), "prompt_completion (CSV, utf-16-le)", ""),
    ],
)
def test_tables_and_dirty_beginnings_are_recognised(folder, name, content, expected, why):
    found = recognised(folder, name, content)
    assert found.name == expected
    assert why in found.why


@pytest.mark.parametrize(
    ("name", "content", "told", "fix"),
    [
        (
            "a.jsonl",
            [{**PAIR, **CHAT}],
            "could be read as chat (it has messages) or as prompt_c",
            "chat or prompt",
        ),
        (
            "a.jsonl",
            [PAIR, ALPACA],
            "prompt_completion (it has prompt, completion) or as alpaca",
            "or alpaca",
        ),
        ("a.csv", "{a,b\n1,2\n", "is called .csv, but begins like JSON", "to csv or json"),
        (
            "a.txt",
            "a\tb,c\n1\t2,3\n",
            "may be tsv or csv: its first line has both tab and comma",
            "tsv or csv",
        ),
        (
            "a.csv",
            "a;b,c;d\n1;2,3;4\n",
            "separated by comma (2 columns) or semicolon (3 columns)",
            'delimiter: ","',
        ),
        ("a.jsonl", [{"question": "q", "answer": "a"}], "they have question, answer", "data.fields"),
        (
            "a.jsonl",
            [{"prompt": "q", "chosen": "a", "rejected": "b"}],
            "they have",
            "better one as completion",
        ),
        (
            "a.jsonl",
            [{"conversations": [{"role": "user"}]}],
            "they have conv",
            "rename: {conversations: messages}",
        ),
        ("a.xyz", "just some text\n", "not recognised", "one of jsonl, json, csv"),
        ("a.xyz", "", "is empty", ""),
        ("a.jsonl", "", "no row from which", ""),
        (
            "a.jsonl",
            '{"prompt": "p", "completion": "c"}\n'.encode("utf-16-le"),
            "no UTF-8",
            "encoding: utf-16-le",
        ),
        ("a.jsonl", b"BZh9...", "is packed with bzip2", "gzip, which is read"),
        ("a.csv", b"\x28\xb5\x2f\xfd....", "is packed with zstd", "unpack"),
        ("a.arrow", b"ARROW1\0\0", "is a Feather file", "Parquet"),
        ("a.xlsx", b"PK\x03\x04...", "is damaged", "copy"),
        ("a.parquet.gz", gzip.compress(b"PAR1....", mtime=0), "begins like Parquet within gzip", "gunzip"),
    ],
)
def test_what_is_ambiguous_or_unknown_is_an_error_that_names_the_choices(folder, name, content, told, fix):
    with pytest.raises(DataError) as caught:
        recognised(folder, name, content)
    assert told in caught.value.what
    assert fix in caught.value.fix
    assert caught.value.where.startswith("data/raw/a.")


def test_a_zip_archive_is_told_from_a_workbook(folder):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("rows.csv", "a,b")
    with pytest.raises(DataError, match="is a zip archive"):
        recognised(folder, "a.zip", packed.getvalue())


@pytest.mark.parametrize(
    ("content", "form", "told"),
    [
        ([PAIR], "parquet", "is no parquet file, but format is parquet"),
        ([PAIR], "excel", "is no excel file"),
        (b"PAR1...", "csv", "begins like Parquet, but format is csv"),
        (json.dumps([PAIR]), "jsonl", "is one JSON array, but format is jsonl"),
    ],
)
def test_a_declared_container_that_the_file_is_not_is_an_error(folder, content, form, told):
    with pytest.raises(DataError, match=told):
        recognised(folder, "a.data", content, form)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"sheet": "one"}, "sheet means nothing to this file, which is jsonl"),
        ({"delimiter": ";"}, "delimiter means nothing"),
    ],
)
def test_a_setting_of_another_container_is_an_error(folder, more, told):
    with pytest.raises(DataError, match=told):
        recognised(folder, "a.jsonl", [PAIR], **more)


def test_what_is_declared_wins_over_what_would_be_ambiguous(folder):
    both = [{**PAIR, **CHAT}]
    assert recognised(folder, "a.jsonl", both, "chat").name == "chat (JSON Lines)"
    assert recognised(folder, "a.jsonl", both, "prompt_completion").form == "prompt_completion"
    assert recognised(folder, "a.csv", "a;b,c\n1;2,3\n", "csv", delimiter=";").delimiter == ";"


def test_the_fields_of_the_project_count(folder):
    fields = Fields(prompt="question", completion="answer", messages="talk")
    rows = [{"question": "q", "answer": "a"}]
    assert recognised(folder, "a.jsonl", rows, fields=fields).shape == "prompt_completion"
    assert read(folder, "b.jsonl", [ALPACA], fields=fields) == [(1, {"question": "p", "answer": "c"})]
    (row,) = read(folder, "c.jsonl", [SHAREGPT], fields=fields)
    assert row[1] == {"talk": CHAT["messages"]}


def test_columns_are_renamed_before_anything_else(folder):
    rename = {"question": "prompt", "team": "completion"}
    assert read(
        folder, "a.csv", "question;team;x\na;b;c\n", columns=("prompt", "completion"), rename=rename
    ) == [(2, {"prompt": "a", "completion": "b", "x": "c"})]
    with pytest.raises(DataError, match=r"no column 'team'; the header has 'question', 'completion'"):
        read(folder, "b.csv", "question,completion\na,b\n", "csv", rename=rename)
    rows = [
        {"question": "a", "team": "b"},
        {"prompt": "c", "completion": "d"},
        {"question": "a", "prompt": "b"},
    ]
    assert read(folder, "c.jsonl", rows, "prompt_completion", rename=rename) == [
        (1, PAIR | {"prompt": "a", "completion": "b"}),
        (2, {"prompt": "c", "completion": "d"}),
        (3, "rename gives a field a name that another one has"),
    ]


def test_a_prompt_is_made_of_several_columns(folder):
    more = {
        "prompt_template": "{{Subject}}: {subject}\n\n{Body text}",
        "columns": ("prompt", "completion", "id"),
    }
    content = "id,subject,Body text,completion\n7,A,b c,x\n8,,,y\n"
    assert read(folder, "a.csv", content, **more) == [
        (
            2,
            {
                "id": "7",
                "subject": "A",
                "Body text": "b c",
                "completion": "x",
                "prompt": "{Subject}: A\n\nb c",
            },
        ),
        (3, "the fields of the prompt_template are all blank"),
    ]
    with pytest.raises(
        DataError, match="no column 'Body text'; the header has 'id', 'subject', 'completion'"
    ):
        read(folder, "b.csv", "id,subject,completion\n7,A,x\n", "csv", **more)
    rows = [{"subject": 3, "Body text": None, "completion": "x"}, {"subject": "A", "completion": "x"}]
    found = read(folder, "a.jsonl", rows, prompt_template=more["prompt_template"])
    assert found[0][1]["prompt"] == "{Subject}: 3\n\n"
    assert found[1] == (2, 'has no field "Body text", which prompt_template names')
    with pytest.raises(DataError, match="prompt_template means nothing to rows of shape chat"):
        read(folder, "b.jsonl", [CHAT], prompt_template="{a}")
