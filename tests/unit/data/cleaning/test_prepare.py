"""The prepare stage: clean texts are compared, flagged rows are counted, dropped or stop it."""

import json
from pathlib import Path

import pytest

from tests.unit.data.prepared import SOURCE, prepared
from tunewright import artifacts
from tunewright.data.card import FlagCounts, read_card
from tunewright.data.rows import read_rows
from tunewright.errors import DataError

ROOT = Path(__file__).parents[4]
WORDS = [f"{a}{b}" for a in "bdfgklmn" for b in ["ala", "elo", "ini", "opo", "uru", "yty", "oka"]]
USUAL = [
    {"id": f"r{n}", "prompt": f"Question {n} about {word}", "completion": f"It is{f' {word}' * (1 + n % 7)}."}
    for n, word in enumerate(WORDS)
]
REFUSED = {"id": "refused", "prompt": "Say it", "completion": "I can't help with that request."}
LONG = {"id": "long", "prompt": "Short?", "completion": "Very long. " * 3000}
YES = {"id": "yes", "prompt": "Is it open?", "completion": "Yes, it is."}
NO = {"id": "no", "prompt": "IS IT OPEN", "completion": "No, it is not."}
SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "code": {"enum": ["A\u200bB", "C"]}},
    "required": ["name", "code"],
}


@pytest.fixture
def project(tmp_path):
    """Runs prepare with a policy on flags and returns the project's folder."""

    def prepare(rows, flags=None, task=None, **cleaning):
        given = {
            "data": {
                "sources": [SOURCE],
                "fields": {"id": "id"},
                "max_rejected_share": 0.5,
                "cleaning": {**cleaning, "flags": flags or {}},
            },
            "task.kind": "generation",
            "task.output": {},
            **(task or {}),
        }
        return prepared(tmp_path, rows, given)

    return prepare


def card(folder):
    return read_card(folder / artifacts.DATA_CARD)


def kept(folder):
    paths = (artifacts.TRAIN_ROWS, artifacts.VALIDATION_ROWS, artifacts.TEST_ROWS)
    return {row.id: row for path in paths for row in read_rows(folder / path)}


def rejected(folder):
    return [json.loads(line) for line in (folder / artifacts.REJECTED_ROWS).read_text().splitlines()]


def test_flags_are_counted_by_split_and_named(project):
    folder = project([*USUAL, REFUSED, LONG, YES, NO])
    counts = card(folder).flags
    assert set(counts) == {"refusal", "length", "conflict"}
    assert {name: (sum(one.rows.values()), one.dropped) for name, one in counts.items()} == {
        "refusal": (1, 0),
        "length": (1, 0),
        "conflict": (2, 0),
    }
    assert counts["refusal"].examples == ("refused",) and counts["refusal"].action == "report"
    assert counts["length"].examples == ("long",)
    assert set(counts["conflict"].examples) == {"yes", "no"}
    warnings = " ".join(card(folder).warnings)
    assert "1 row is flagged refusal, the answer declines the request: refused (data.cleaning." in warnings
    assert "1 prompt with different answers" in warnings
    assert json.loads((folder / artifacts.METRICS / "data.json").read_text())["flags"] == 4


@pytest.mark.parametrize(
    ("flag", "gone"), [("refusal", ["refused"]), ("length", ["long"]), ("conflict", ["yes", "no"])]
)
def test_drop_rejects_with_place_reason_and_fix(project, flag, gone):
    rows = [*USUAL, REFUSED, LONG, YES, NO]
    folder = project(rows, {flag: "drop"})
    lines = [rows.index(row) + 1 for row in rows if row["id"] in gone]
    assert [row["line"] for row in rejected(folder)] == lines
    assert all(row["reason"].startswith(f"flag {flag}: ") and row["fix"] for row in rejected(folder))
    assert set(kept(folder)) == {row["id"] for row in rows} - set(gone)
    assert card(folder).flags[flag] == FlagCounts(
        "drop", dict.fromkeys(card(folder).splits, 0), len(gone), ()
    )
    counts = card(folder).counts()
    assert counts["kept"] + counts["rejected"] + counts["removed"] == counts["read"] == len(rows)


@pytest.mark.parametrize(
    ("flag", "told"),
    [
        ("refusal", "rows.jsonl:57: flag refusal"),
        ("length", "rows.jsonl:58: flag length"),
        ("conflict", ":59: flag"),
    ],
)
def test_fail_stops_and_names_the_rows(project, flag, told):
    with pytest.raises(DataError) as stopped:
        project([*USUAL, REFUSED, LONG, YES, NO], {flag: "fail"})
    assert told in str(stopped.value) and f"data.cleaning.flags.{flag}=drop" in str(stopped.value)
    assert "help with that" not in str(stopped.value)


def test_fail_goes_before_drop(project):
    both = {**REFUSED, "completion": "As an AI model, I can't help with that request."}
    with pytest.raises(DataError, match="flag boilerplate"):
        project([*USUAL, both], {"refusal": "drop", "boilerplate": "fail"})


def test_duplicates_are_looked_for_in_clean_texts(project):
    copy = {**USUAL[3], "id": "copy", "prompt": USUAL[3]["prompt"].replace("e", "\u200be") + "\x00"}
    folder = project([*USUAL, copy])
    assert card(folder).removed == {"duplicate": 1}
    assert card(folder).cleaned == {"control_characters": 1, "invisible_characters": 1}


def test_a_turn_of_invisible_characters_is_blank(project):
    folder = project([*USUAL, {**REFUSED, "prompt": "\u200b\u2060"}])
    assert card(folder).rejected == {"turn 1 is blank": 1}


def test_rejected_characters_name_their_turn(project):
    folder = project([*USUAL, {**REFUSED, "completion": "a\x07b"}], control_characters="reject")
    assert [row["reason"] for row in rejected(folder)] == ["answer holds control characters"]


def test_json_answers_are_clean_inside_and_keep_their_contract(project):
    task = {"task.kind": "extraction", "task.output": {"json_schema": SCHEMA}}
    rows = [
        {
            "id": row["id"],
            "prompt": f"{row['prompt']} cafe\u0301",
            "completion": {"name": f"cafe\u0301 {row['id']} ", "code": "C"},
        }
        for row in USUAL
    ]
    asked = {"name": "x\u200by", "code": "A\u200bB"}
    rows.append({"id": "asked", "prompt": "Zero A\u200bB", "completion": asked})
    folder = project(rows, task=task)
    first = kept(folder)["r0"]
    assert json.loads(first.reference) == {"name": "café r0", "code": "C"}
    assert "café" in first.messages[0].content
    # The contract asks for the invisible character: prompt and answer stay as they were.
    asked = kept(folder)["asked"]
    assert json.loads(asked.reference) == {"name": "x\u200by", "code": "A\u200bB"}
    assert asked.messages[0].content == "Zero A\u200bB"
    assert card(folder).cleaned == {"left_for_contract": 1, "normalised": 56, "trimmed": 56}


def test_a_label_may_have_room_around_it(project):
    task = {"task.kind": "classification", "task.output": {"labels": ["yes", " no"]}}
    rows = [{**row, "completion": "yes " if n % 2 else " no"} for n, row in enumerate(USUAL)]
    folder = project(rows, task=task)
    assert {row.reference for row in kept(folder).values()} == {"yes", " no"}
    assert card(folder).cleaned == {"trimmed": 28}


ENGLISH = [
    f"Please tell me whether the {word} of order {number} can be returned within thirty days."
    for number, word in enumerate(WORDS)
]
GERMAN = "Ja, innerhalb von dreißig Tagen nehmen wir die Ware ohne Angabe von Gründen zurück."


@pytest.mark.parametrize("action", ["report", "drop"])
def test_languages_are_counted_and_other_answers_flagged(project, action):
    answer = "Yes, within thirty days we take the goods back without asking for a reason."
    rows = [{"id": f"e{n}", "prompt": text, "completion": answer} for n, text in enumerate(ENGLISH)]
    rows[7]["completion"] = GERMAN
    folder = project(rows, {"language": action}, language_sample=None)
    assert card(folder).languages.rows == len(rows)
    assert card(folder).languages.prompts == {"en": 56}
    assert card(folder).languages.answers == {"en": 55, "de": 1}
    assert ("e7" in kept(folder)) == (action == "report")
    assert card(folder).flags["language"].dropped == (action == "drop")
