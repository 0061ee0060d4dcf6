"""The stage on the reference project: the planted flaws of data/README.md are found, and nothing else."""

import json
import shutil
from pathlib import Path

import pytest

from tunewright import artifacts
from tunewright.cli.set import set_values
from tunewright.data.card import read_card
from tunewright.data.rows import read_rows
from tunewright.data.split import SPLITS
from tunewright.errors import DataError
from tunewright.stages import compose, prepare

PROJECT = Path(__file__).parents[3]

FLAWS = {
    98: "duplicate of data/raw/tickets.jsonl:",
    234: "duplicate of data/raw/tickets.jsonl:",
    302: "not JSON: ",
    345: 'answer breaks the contract: category: "delivry" is not one of "delivery", ',
    378: "answer breaks the contract: order_number: does not match ",
    413: 'answer breaks the contract: answer: lacks the key "needs_human"',
    456: '"prompt" is blank',
    491: "id is that of the row at data/raw/tickets.jsonl:",
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(PROJECT / name, tmp_path)
    for name in ("conf", "data", "extensions"):
        shutil.copytree(PROJECT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    compose.run(tmp_path)
    return tmp_path


def outputs(project):
    folder = project / artifacts.DATA
    return {path.name: path.read_bytes() for path in [*folder.iterdir(), project / "metrics" / "data.json"]}


def test_the_planted_flaws_are_found_and_the_outputs_agree(project):
    prepare.run(project)
    found = list(artifacts.read_jsonl(project / artifacts.REJECTED_ROWS))
    assert [row["line"] for row in found] == list(FLAWS)
    for row in found:
        assert row["reason"].startswith(FLAWS[row["line"]])
    card = read_card(project / artifacts.DATA_CARD)
    counts = artifacts.read_json(project / "metrics" / "data.json")
    assert counts == card.metrics() == card.counts()  # an extraction has no labels to count
    assert (counts["rejected"], counts["removed"], counts["conflicts"]) == (6, 2, 0)
    for name in SPLITS:
        assert len(read_rows(project / artifacts.DATA / f"{name}.jsonl")) == counts[name]


def test_a_second_run_and_another_order_of_rows_write_the_same_bytes(project):
    prepare.run(project)
    first = outputs(project)
    prepare.run(project)
    assert outputs(project) == first
    raw = project / "data" / "raw" / "tickets.jsonl"
    kept = [line for number, line in enumerate(raw.read_text().splitlines(), start=1) if number not in FLAWS]
    raw.write_text("\n".join(kept[::-1]))
    prepare.run(project)
    for name in SPLITS:
        assert outputs(project)[f"{name}.jsonl"] == first[f"{name}.jsonl"]


def test_on_too_many_rejected_rows_the_list_is_there_and_named(project):
    raw = project / "data" / "raw" / "tickets.jsonl"
    raw.write_text(raw.read_text() + "{\n" * 60)
    with pytest.raises(DataError, match=r"66 of \d+ rows") as caught:
        prepare.run(project)
    assert "artifacts/data/rejected.jsonl" in caught.value.fix
    assert len((project / artifacts.REJECTED_ROWS).read_text().splitlines()) == 68


def test_transforms_of_the_project_are_applied(project):
    (project / "extensions" / "shout.py").write_text(
        "from tunewright.extensions import transform\n\n\n"
        "@transform('shout')\n"
        "def shout(row):\n"
        "    return {**row, 'prompt': row['prompt'].upper()}\n"
    )
    set_values(project, ["data.transforms=[shout]"])
    compose.run(project)
    prepare.run(project)
    rows = read_rows(project / artifacts.TEST_ROWS)
    assert all(row.messages[0].content == row.messages[0].content.upper() for row in rows)


def test_no_artifact_but_the_splits_holds_a_text(project):
    prepare.run(project)
    rows = [
        row
        for name in ("train", "validation", "test")
        for row in read_rows(project / artifacts.DATA / f"{name}.jsonl")
    ]
    written = {name: content.decode() for name, content in outputs(project).items()}
    for name in ("card.json", "rejected.jsonl", "data.json"):
        for row in rows:
            answer = json.loads(row.reference)
            assert row.messages[0].content not in written[name]
            assert answer["order_number"] is None or answer["order_number"] not in written[name]


def test_too_few_rows_stop_the_stage_where_the_policy_is_fail_and_nothing_is_lost(project):
    set_values(project, ["data.minimum.purpose=vocabulary"])
    compose.run(project)
    prepare.run(project)
    warned = outputs(project)
    assert any(
        "149 fewer than the 500" in warning for warning in read_card(project / artifacts.DATA_CARD).warnings
    )
    raw = (project / "data" / "raw" / "tickets.jsonl").read_bytes()
    set_values(project, ["data.minimum.policy=fail"])
    compose.run(project)
    with pytest.raises(
        DataError, match=r"351 training rows, 149 fewer than the 500 recommended for vocabulary"
    ):
        prepare.run(project)
    assert (project / "data" / "raw" / "tickets.jsonl").read_bytes() == raw
    written = outputs(project)
    assert {name: written[name] for name in warned if name != "card.json"} == {
        name: content for name, content in warned.items() if name != "card.json"
    }
    set_values(project, ["data.minimum.rows=351"])
    compose.run(project)
    prepare.run(project)
