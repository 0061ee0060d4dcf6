"""Readers, transforms and metrics of a project: what is wrong with one is told with its file and line."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tunewright.config.schema.data import Source
from tunewright.data.raw_row import Discarded, RawRow
from tunewright.data.reading.read import read_source
from tunewright.data.transform import apply, chosen_transforms
from tunewright.errors import TunewrightError
from tunewright.evaluation.metrics.custom import custom_metrics, custom_scores
from tunewright.evaluation.predictions import Prediction
from tunewright.extensions import load_extensions

Write = Callable[[str], Path]
HEAD = "from tunewright.extensions import metric, reader, transform\n\n\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write extensions/mine.py below three lines of imports, and a raw file."""
    (tmp_path / "extensions").mkdir()
    (tmp_path / "data" / "raw").mkdir(parents=True)
    (tmp_path / "data" / "raw" / "rows.xml").write_text("<row>one</row>\n<row>two</row>\n")

    def write_module(text: str) -> Path:
        (tmp_path / "extensions" / "mine.py").write_text(HEAD + text)
        return tmp_path

    return write_module


def read(root: Path, name: str = "mine") -> list[RawRow | Discarded]:
    source = Source(path="data/raw/rows.xml", format="prompt_completion", licence="none", reader=name)
    return list(read_source(root, source))


def transformed(root: Path) -> object:
    row = RawRow(next(iter(read(root, "rows"))).place, {"prompt": "p"})
    return apply(chosen_transforms(["mine"], load_extensions(root).transforms), row)


def scored(root: Path) -> object:
    prediction = Prediction("7", "tuned", "question", "yes", "yes", 9, 3, finished=True)
    return custom_scores([prediction], custom_metrics(["custom.mine"], load_extensions(root)))


ROWS = "@reader('rows')\ndef rows(path):\n    return [{'prompt': 'p'}]\n\n\n"
USES: dict[str, tuple[str, str, Callable[[Path], object]]] = {
    "reader": ("", "path", read),
    "transform": (ROWS, "row", transformed),
    "metric": ("", "prompt, reference, answer", scored),
}


def failed(root: Path, use: Callable[[Path], object]) -> TunewrightError:
    with pytest.raises(TunewrightError) as caught:
        use(root)
    return caught.value


@pytest.mark.parametrize("kind", USES)
def test_a_missing_one_is_named_with_those_that_are_there(write: Write, kind: str) -> None:
    before, arguments, use = USES[kind]
    root = write(f"{before}@{kind}('mein')\ndef mein({arguments}):\n    return None\n")
    error = failed(root, use)
    assert "mine" in error.what
    assert "mein" in error.what
    assert error.fix


@pytest.mark.parametrize("kind", USES)
@pytest.mark.parametrize("wrong", ["", "a, b", "*, row", "a, b, c, d"])
def test_a_bad_signature_is_told_with_the_right_one(write: Write, kind: str, wrong: str) -> None:
    _, arguments, _ = USES[kind]
    error = failed(write(f"@{kind}('mine')\ndef own({wrong}):\n    return 1\n"), load_extensions)
    assert f"{kind} 'mine' cannot be called with {arguments}" in error.what
    assert error.where == "extensions/mine.py:4"
    assert error.fix == f"def own({arguments}):"


@pytest.mark.parametrize("kind", USES)
def test_more_arguments_with_defaults_are_a_good_signature(write: Write, kind: str) -> None:
    _, arguments, _ = USES[kind]
    load_extensions(
        write(f"@{kind}('mine')\ndef own({arguments}, strict=True, *more, **others):\n    return 1\n")
    )


@pytest.mark.parametrize("kind", USES)
@pytest.mark.parametrize("fault", ["1 / 0", "raise SystemExit(3)", "[][0]"])
def test_an_exception_is_told_with_its_line(write: Write, kind: str, fault: str) -> None:
    before, arguments, use = USES[kind]
    root = write(
        f"{before}@{kind}('mine')\ndef own({arguments}):\n    return deep()\n\n\ndef deep():\n    {fault}\n"
    )
    error = failed(root, use)
    assert f"{kind} 'mine'" in error.what.replace("custom.", "")
    assert error.where == f"extensions/mine.py:{(HEAD + before).count(chr(10)) + 7}"
    assert not any(part in str(error) for part in (str(root), "Traceback"))


@pytest.mark.parametrize(
    ("kind", "returned", "told"),
    [
        ("reader", "None", "reader 'mine' returned None for data/raw/rows.xml"),
        ("reader", "'text'", "returned str"),
        ("reader", "{'prompt': 'p'}", "returned dict"),
        ("reader", "[['p']]", "gave list as row 1 of data/raw/rows.xml"),
        ("reader", "[{}, {3: 'p'}]", "gave a dict whose keys are not all text as row 2"),
        ("transform", "'text'", "transform 'mine' returned str for data/raw/rows.xml, row 1"),
        ("transform", "True", "returned bool"),
        ("metric", "None", "custom.mine returned None for test row 7"),
        ("metric", "'0.5'", "a number between 0 and 1 is wanted"),
        ("metric", "answer * 99", "returned 'yesyesyes"),
        ("metric", "1.5", "returned 1.5"),
    ],
)
def test_a_wrong_return_value_is_told_with_the_function(
    write: Write, kind: str, returned: str, told: str
) -> None:
    before, arguments, use = USES[kind]
    error = failed(write(f"{before}@{kind}('mine')\ndef own({arguments}):\n    return {returned}\n"), use)
    assert told in error.what
    assert len(error.what) < 150
    assert error.where == f"extensions/mine.py:{(HEAD + before).count(chr(10)) + 1}"
    assert error.fix


@pytest.mark.parametrize("kind", USES)
@pytest.mark.parametrize(
    ("decorator", "line", "told"),
    [
        ("@{kind}\n", 4, "@{kind} is given no name"),
        ("@{kind}('')\n", 4, "the name ''"),
        ("@{kind}('a.b')\n", 4, "the name 'a.b'"),
        ("@{kind}(3)\n", 4, "the name 3"),
        ("@{kind}('a')\n@{kind}('a')\n", 4, "'a' is registered twice"),
        ("@{kind}('a')\nasync ", 4, "is async"),
    ],
)
def test_a_wrong_registration_is_told(write: Write, kind: str, decorator: str, line: int, told: str) -> None:
    _, arguments, _ = USES[kind]
    error = failed(
        write(f"{decorator.format(kind=kind)}def own({arguments}):\n    return 1\n"), load_extensions
    )
    assert told.format(kind=kind) in error.what
    assert error.where == f"extensions/mine.py:{line}"
    assert error.fix


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("x = 1\nraise ValueError('no')\n", 5, "ValueError: no"),
        ("def broken(:\n    pass\n", 4, "SyntaxError: "),
        ("import nowhere_at_all\n", 4, "ModuleNotFoundError: No module named 'nowhere_at_all'"),
        ("raise SystemExit\n", 4, "SystemExit"),
        ("transform('x')(3)\n", 4, "transform 'x' cannot be called"),
    ],
)
def test_a_module_that_cannot_be_imported_is_told(write: Write, text: str, line: int, told: str) -> None:
    error = failed(write(text), load_extensions)
    assert told in error.what
    assert error.where == f"extensions/mine.py:{line}"


def test_the_examples_of_the_readme_register(write: Write) -> None:
    text = (Path(__file__).parents[2] / "extensions" / "README.md").read_text(encoding="utf-8")
    root = write("")
    for number, example in enumerate(re.findall(r"```python\n(.*?)```", text, re.DOTALL)):
        (root / "extensions" / f"example_{number}.py").write_text(example)
    found = load_extensions(root)
    assert (list(found.readers), list(found.transforms), list(found.metrics)) == (
        ["helpdesk"],
        ["strip_signature"],
        ["no_shouting"],
    )
    export = root / "data" / "raw" / "export.xml"
    export.write_text("<all><ticket><text>Where is it?</text><desk>delivery</desk></ticket></all>")
    assert list(found.readers["helpdesk"](export)) == [{"prompt": "Where is it?", "completion": "delivery"}]


def test_a_readers_rows_are_numbered_in_its_order(write: Write) -> None:
    root = write(
        "@reader('mine')\ndef own(path):\n    for line in path.read_text().splitlines():\n"
        "        yield {'prompt': line[5:8], 'completion': 'x'}\n"
    )
    rows = read(root)
    assert [(str(row.place), row.values["prompt"]) for row in rows if isinstance(row, RawRow)] == [
        ("data/raw/rows.xml, row 1", "one"),
        ("data/raw/rows.xml, row 2", "two"),
    ]
    assert len({row.place.sha256 for row in rows}) == 2


def test_a_reader_that_fails_halfway_says_after_which_row(write: Write) -> None:
    error = failed(write("@reader('mine')\ndef own(path):\n    yield {}\n    yield {}\n    1 / 0\n"), read)
    assert "reader 'mine', data/raw/rows.xml after row 2: ZeroDivisionError" in error.what
    assert error.where == "extensions/mine.py:8"


def test_a_row_may_hold_what_json_cannot_until_it_is_checked(write: Write) -> None:
    root = write(
        "import datetime\n\n\n@reader('mine')\ndef own(path):\n"
        "    return [{'when': datetime.date(2026, 1, 1)}]\n"
    )
    assert read(root)[0].place.sha256
