"""`tunewright feedback add`: corrections become rows once, with their provenance, all of a file or none."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tunewright.artifacts import REJECTED_ROWS, TEST_ROWS, TRAIN_ROWS
from tunewright.cli.feedback import BLOCK, add
from tunewright.cli.freeze import freeze
from tunewright.config.compose import compose
from tunewright.config.schema.data import FEEDBACK
from tunewright.data.feedback import OPEN
from tunewright.data.frozen import TEST_LOCK
from tunewright.errors import ConfigError, DataError, UsageError
from tunewright.stages.compose import run as run_compose
from tunewright.stages.prepare import run as run_prepare

ROOT = Path(__file__).parents[3]
DATA = Path("conf/data/support_triage.yaml")
ANSWER = {
    "category": "fault",
    "priority": "normal",
    "product": "kettle",
    "order_number": None,
    "needs_human": False,
}
CORRECTED = {
    "prompt": "the lid of my new kettle does not close",
    "output": '{"category":"returns"}',
    "verdict": "bad",
    "correction": ANSWER,
    "comment": "not a return",
    "user": "agent-7",
    "channel": "app",
    "time": "2026-03-01T10:00:00+01:00",
    "model": "lora-r16",
    "customer": "c777",
}
FLAGGED = {"prompt": "where is it", "output": "{}", "verdict": "flag"}
GOOD = {"prompt": "thanks", "output": "{}", "verdict": "good"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("conf", "data", "extensions"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(ROOT / name, folder)
    return folder


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def given(project: Path, *rows: object, name: str = "flagged.jsonl") -> Path:
    path = project.parent / name
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return path


def declare(project: Path, block: str = BLOCK) -> None:
    """Add the source to the data option as the command says."""
    text = (project / DATA).read_text()
    (project / DATA).write_text(text.replace("\n\n# Which", f"\n{block}\n\n# Which", 1))


def test_a_correction_becomes_a_row_with_its_provenance(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = given(project, CORRECTED, FLAGGED, GOOD)
    add(project, file)
    (row,) = lines(project / FEEDBACK)
    assert row["messages"][0] == {"role": "user", "content": CORRECTED["prompt"]}
    assert json.loads(row["messages"][1]["content"]) == ANSWER
    assert row["id"].startswith("feedback-")
    assert (row["customer"], row["channel"]) == ("c777", "app")
    assert row["provenance"] == {
        "origin": "feedback",
        "date": "2026-03-01T10:00:00+01:00",
        "model": "lora-r16",
        "comment": "not a return",
        "user": "agent-7",
        "channel": "app",
        "verdict": "bad",
        "output": '{"category":"returns"}',
        "file": "flagged.jsonl",
        "line": 1,
        "file_sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
    }
    told = capsys.readouterr().out
    assert (
        "1 new rows of corrected outputs" in told
        and "good: 1;" in told
        and "without a correction: 1;" in told
    )
    assert BLOCK in told and f"next: dvc add {FEEDBACK}, then: dvc repro" in told
    assert CORRECTED["prompt"] not in told and "agent-7" not in told


def test_what_it_prints_makes_the_rows_part_of_the_data(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(project, given(project, CORRECTED))
    declare(project)
    run_compose(project)
    run_prepare(project)
    (found,) = [row for row in lines(project / TRAIN_ROWS) if row["source"] == FEEDBACK]
    assert found["messages"][1]["content"] == json.dumps(ANSWER, separators=(",", ":"))
    capsys.readouterr()
    add(project, given(project, CORRECTED))
    assert "add to `sources`" not in capsys.readouterr().out


def test_feedback_may_not_go_to_the_test(project: Path) -> None:
    declare(project, BLOCK.replace("[train]", "[train, test]"))
    add_nothing = given(project, FLAGGED)
    with pytest.raises(ConfigError, match=r"data\.sources\.1\.splits: feedback is from where"):
        compose(project)
    with pytest.raises(ConfigError):
        add(project, add_nothing)
    assert not (project / FEEDBACK).exists()
    declared = (project / DATA).read_text().replace("[train, test]", "[train, validation]")
    (project / DATA).write_text(declared)
    assert compose(project).data.sources[1].splits == ("train", "validation")
    (project / DATA).write_text(declared.replace("format: chat", "format: csv"))
    with pytest.raises(UsageError, match="declared otherwise"):
        add(project, add_nothing)


def test_the_same_file_twice_adds_nothing_and_another_keeps_what_is_there(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = given(project, CORRECTED, FLAGGED)
    add(project, file)
    before = (project / FEEDBACK).read_bytes(), (project / OPEN).read_bytes()
    add(project, file)
    assert ((project / FEEDBACK).read_bytes(), (project / OPEN).read_bytes()) == before
    assert "0 new rows of corrected outputs, 1 already there" in capsys.readouterr().out
    (project / FEEDBACK).write_bytes(before[0].rstrip(b"\n"))  # as editors leave it
    add(project, given(project, {**CORRECTED, "prompt": "another\u2028question"}, name="next.jsonl"))
    assert (project / FEEDBACK).read_bytes().startswith(before[0])
    assert len(lines(project / FEEDBACK)) == 2
    add(project, given(project, {**CORRECTED, "prompt": "Another  QUESTION"}, name="third.jsonl"))
    assert len(lines(project / FEEDBACK)) == 2  # equal in normal form


def test_what_lacks_an_answer_waits_in_a_list_that_can_be_filled_in(project: Path) -> None:
    file = given(project, FLAGGED, {**FLAGGED, "prompt": "and this"})
    add(project, file)
    assert not (project / FEEDBACK).exists()
    waiting = lines(project / OPEN)
    assert [row["correction"] for row in waiting] == [None, None]
    waiting[1]["correction"] = ANSWER
    (project / OPEN).write_text("".join(json.dumps(row) + "\n" for row in waiting))
    add(project, project / OPEN)
    assert [row["messages"][0]["content"] for row in lines(project / FEEDBACK)] == ["and this"]
    assert [row["messages"][0]["content"] for row in lines(project / OPEN)] == ["where is it"]
    add(project, file)  # what was answered does not come back
    assert [row["messages"][0]["content"] for row in lines(project / OPEN)] == ["where is it"]
    add(project, given(project, {**FLAGGED, "correction": ANSWER}, name="rest.jsonl"))
    assert not (project / OPEN).exists()


MESSAGES = [{"role": "user", "content": "hi"}]
BAD_LINES = [
    ("oops", "not JSON: Expecting value"),
    ("[1]", "is array, not object"),
    ({"output": "x", "verdict": "bad"}, "needs either prompt or messages"),
    ({**CORRECTED, "messages": MESSAGES}, "needs either prompt or messages, not both"),
    ({"prompt": "x"}, "neither a verdict nor a correction"),
    ({"prompt": "x", "verdict": "meh"}, "the verdict is none of good, bad, flag"),
    ({**CORRECTED, "verdict": "good"}, "the verdict is good, but there is a correction"),
    ({**CORRECTED, "time": "yesterday"}, "time is no date or time of ISO 8601"),
    ({**CORRECTED, "user": 7}, "user is integer, not string"),
    ({**CORRECTED, "correction": {"category": "fault"}}, "answer breaks the contract"),
    ({**CORRECTED, "correction": "it is broken"}, "answer: not JSON"),
    ({**CORRECTED, "prompt": "  "}, "turn 1 is blank"),
    ({"messages": [], "verdict": "bad"}, "messages is empty"),
    ({"messages": "hi", "correction": ANSWER}, "messages is string, not array"),
    (
        {"messages": [*MESSAGES, {"role": "assistant", "content": "x"}], "correction": ANSWER},
        "turn 3 is assistant where user is due",
    ),
    (
        {**CORRECTED, "correction": {**ANSWER, "priority": "high"}},
        "the same prompt is corrected otherwise at flagged.jsonl:1",
    ),
]


@pytest.mark.parametrize(("line", "reason"), BAD_LINES)
def test_one_line_that_cannot_be_used_and_nothing_is_added(project: Path, line: object, reason: str) -> None:
    with pytest.raises(DataError) as caught:
        add(project, given(project, CORRECTED, FLAGGED, line))
    assert f"\n  line 3: {reason}" in caught.value.what
    assert "1 line cannot be used, so nothing was added" in caught.value.what
    assert not (project / FEEDBACK).exists() and not (project / OPEN).exists()


def test_a_correction_of_a_correction_is_for_people_to_decide(project: Path) -> None:
    add(project, given(project, CORRECTED))
    again = given(project, {**CORRECTED, "correction": {**ANSWER, "priority": "high"}}, name="later.jsonl")
    with pytest.raises(DataError, match=rf"corrected otherwise at {FEEDBACK}:1"):
        add(project, again)


def test_many_bad_lines_are_counted(project: Path) -> None:
    with pytest.raises(DataError, match=r"(?s)30 lines cannot be used.*and 10 more"):
        add(project, given(project, *[{"prompt": "x"}] * 30))


def test_csv_with_line_breaks_and_columns_that_nothing_reads(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = project.parent / "feedback.csv"
    with file.open("w", newline="", encoding="utf-8-sig") as out:
        writer = csv.writer(out)
        writer.writerow(["prompt", "output", "verdict", "correction", "session"])
        writer.writerow(["two\nlines", "{}", "Bad", json.dumps(ANSWER), "s1"])
        writer.writerow(["later", "{}", "flag", "", "s2"])
    add(project, file)
    (row,) = lines(project / FEEDBACK)
    assert row["messages"][0]["content"] == "two\nlines"
    assert row["customer"] == row["id"]
    assert "session" not in row
    told = capsys.readouterr().out
    assert "columns that nothing reads: session" in told
    assert "1 without customer: each is a group of its own" in told
    file.write_text("prompt,verdict\na,b,c\n")
    with pytest.raises(DataError, match="line 2: has 3 columns, the header 2"):
        add(project, file)
    file.write_text("question,verdict\na,bad\n")
    with pytest.raises(DataError, match="prompt among them"):
        add(project, file)
    file.write_bytes("prompt,verdict\nä,bad\n".encode("latin-1"))
    with pytest.raises(DataError, match=r"feedback\.csv:2: not UTF-8"):
        add(project, file)


def test_where_the_split_is_by_time_the_row_has_the_time_of_the_feedback(project: Path) -> None:
    text = (project / DATA).read_text()
    (project / DATA).write_text(text.replace("  seed: 2", "  order_by: created\n  seed: 2"))
    add(project, given(project, CORRECTED))
    (row,) = lines(project / FEEDBACK)
    assert row["created"] == CORRECTED["time"]
    with pytest.raises(DataError, match='no field "created"'):
        without = {name: value for name, value in CORRECTED.items() if name != "time"}
        add(project, given(project, {**without, "prompt": "when"}))


def test_earlier_corrections_that_are_not_here_are_not_written_over(project: Path) -> None:
    (project / f"{FEEDBACK}.dvc").write_text("outs: []\n")
    with pytest.raises(UsageError) as caught:
        add(project, given(project, CORRECTED))
    assert caught.value.fix.startswith(f"dvc pull {FEEDBACK}")
    with pytest.raises(UsageError, match="no such file"):
        add(project, project / "absent.jsonl")


def test_a_damaged_line_of_earlier_corrections_is_named(project: Path) -> None:
    (project / FEEDBACK).write_text('{"messages": []}\n{"half\n')
    with pytest.raises(DataError, match=rf"{FEEDBACK}:2: not JSON"):
        add(project, given(project, CORRECTED))


@pytest.fixture
def frozen(project: Path) -> list[Any]:
    """The test rows of a project that has frozen them."""
    (project / DATA).write_text((project / DATA).read_text().replace("  group_by: customer\n", ""))
    run_compose(project)
    run_prepare(project)
    freeze(project, None)
    run_prepare(project)
    return lines(project / TEST_ROWS)


def corrected(prompt: str, **more: object) -> dict[str, Any]:
    return {**CORRECTED, "prompt": prompt, **more}


def test_corrections_that_the_frozen_test_set_asks_too_are_told_of_and_never_trained_on(
    project: Path, frozen: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    same, near = (row["messages"][0]["content"] for row in frozen[:2])
    lock = (project / TEST_LOCK).read_bytes()
    hidden = f" {same.upper()}\u200b"  # what cleaning takes out makes no other prompt of it
    file = given(project, corrected(hidden), CORRECTED, corrected(f"{near} thanks"))
    capsys.readouterr()
    add(project, file)
    told = capsys.readouterr().out
    assert "3 new rows of corrected outputs" in told and "of these 2 will not be trained on" in told
    assert "\n  line 1: the same prompt as a row of the frozen test set\n" in told
    assert "\n  line 3: nearly the same prompt as a row of the frozen test set\n" in told
    assert "line 2" not in told and same not in told
    assert "tunewright freeze --renew" in told and "could not all be looked for" not in told
    declare(project)
    run_compose(project)
    run_prepare(project)
    assert (project / TEST_LOCK).read_bytes() == lock
    asked = [{"id": row["id"], "messages": row["messages"]} for row in frozen]
    assert [{"id": row["id"], "messages": row["messages"]} for row in lines(project / TEST_ROWS)] == asked
    trained = [row for row in lines(project / TRAIN_ROWS) if row["source"] == FEEDBACK]
    assert [row["messages"][0]["content"] for row in trained] == [CORRECTED["prompt"]]
    removed = [row for row in lines(project / REJECTED_ROWS) if row["file"] == FEEDBACK]
    assert [row["line"] for row in removed] == [1, 3]


def test_without_the_texts_of_the_test_only_equal_prompts_are_told_of_and_that_is_said(
    project: Path, frozen: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    same, near = (row["messages"][0]["content"] for row in frozen[:2])
    (project / TEST_ROWS).unlink()
    capsys.readouterr()
    add(project, given(project, corrected(same), corrected(f"{near} thanks")))
    told = capsys.readouterr().out
    assert "of these 1 will not be trained on" in told and "line 1: the same prompt" in told
    assert "near prompts and groups could not all be looked for" in told


def test_prompts_are_compared_as_they_are_without_personal_data(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = project / "data" / "raw" / "tickets.jsonl"
    told = [
        json.loads(line)
        for line in raw.read_text().splitlines()
        if line.startswith("{") and line.endswith("}")
    ]
    for number, row in enumerate(told):
        if isinstance(row.get("prompt"), str) and row["prompt"].strip():
            row["prompt"] += f" write to ada{number}@engine.io"
    raw.write_text("".join(json.dumps(row) + "\n" for row in told))
    run_compose(project)
    run_prepare(project)
    freeze(project, None)
    asked = lines(project / TEST_ROWS)[0]
    original = next(row for row in told if row["id"] == asked["id"])
    assert "engine.io" not in asked["messages"][0]["content"]
    capsys.readouterr()
    add(project, given(project, corrected(original["prompt"])))
    assert "line 1: the same prompt as a row of the frozen test set" in capsys.readouterr().out


def test_a_customer_of_the_frozen_test_set_is_told_of(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_compose(project)
    run_prepare(project)
    freeze(project, None)
    customer = lines(project / TEST_ROWS)[0]["group"]
    capsys.readouterr()
    add(project, given(project, corrected("an entirely new question", customer=customer)))
    assert "line 1: of the same group as a row of the frozen test set" in capsys.readouterr().out


def test_nothing_is_compared_where_nothing_is_frozen(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_compose(project)
    run_prepare(project)
    asked = lines(project / TEST_ROWS)[0]["messages"][0]["content"]
    capsys.readouterr()
    add(project, given(project, corrected(asked)))
    told = capsys.readouterr().out
    assert "1 new rows" in told and "frozen" not in told
