"""Configuration and data hold together; a few seconds, no model."""

from pathlib import Path

import pytest
from tunewright.config.compose import compose
from tunewright.data.checking import ToCheck
from tunewright.data.prepare import describe
from tunewright.data.raw_row import RawRow
from tunewright.data.reading.read import read_source
from tunewright.data.reading.recognise import prompt_fields
from tunewright.data.reading.source_path import RAW
from tunewright.data.review.corrections import CORRECTIONS
from tunewright.data.rows import read_rows

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def settings():
    """Everything that params.yaml and conf/ say; a mistake in them fails here and names its line."""
    return compose(ROOT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the rows are written."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def card(settings, folder):
    """What the data is made of, once the rows are prepared as `dvc repro prepare` does it."""
    task = settings.task
    return describe(ToCheck(ROOT, settings.data, task.kind, task.output), folder)


def test_something_decides_whether_a_model_is_accepted(settings):
    assert settings.task.acceptance, "without acceptance criteria `tunewright accept` accepts anything"


def test_every_raw_file_is_used(settings):
    named = {source.path for source in settings.data.sources}
    there = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / RAW).rglob("*")
        if path.is_file() and path.suffix != ".dvc" and path.name != ".gitignore"
    } - {CORRECTIONS.as_posix()}
    folders = {name for name in named if (ROOT / name).is_dir()}
    there = {next((name for name in folders if path.startswith(f"{name}/")), path) for path in there}
    assert there == named, "data/raw holds the sources of conf/data, a review, and nothing else"


def test_no_field_of_a_raw_row_is_dropped_unnoticed(settings):
    data = settings.data
    if data.transforms:
        pytest.skip("row transforms may use any field")
    wanted = {data.fields.id, data.split.group_by, data.split.order_by, *data.fields.meta}
    wanted |= {(data.split.stratify_by or "").split(".")[0], data.fields.prompt, data.fields.completion}
    wanted |= {data.fields.messages}
    wanted |= {"provenance"}  # of rows that `tunewright feedback add` wrote: for people
    unknown = {
        (source.path, name)
        for source in data.sources
        for row in read_source(ROOT, source, fields=data.fields)
        if isinstance(row, RawRow)
        for name in set(row.values) - wanted - set(prompt_fields(source, data.fields))
    }
    assert not unknown, "name these fields in data.fields.meta, or take them out of the file"


def test_no_test_row_is_met_in_training(card, folder):
    seen = [*read_rows(folder / "train.jsonl"), *read_rows(folder / "validation.jsonl")]
    for test_row in read_rows(folder / "test.jsonl"):
        assert all(test_row.group != row.group for row in seen), f"group {test_row.group} straddles the split"
        assert all(test_row.prompt != row.prompt for row in seen), f"row {test_row.id} is asked in training too"
