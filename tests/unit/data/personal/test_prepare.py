"""The prepare stage: raw values stay in data/raw, counts reach the card, `fail` and `drop` name places."""

import json
from pathlib import Path

import pytest

from tests.unit.data.prepared import SOURCE, prepared
from tunewright import artifacts
from tunewright.data.card import read_card
from tunewright.data.rows import read_rows
from tunewright.errors import DataError

ROOT = Path(__file__).parents[4]
PERSONAL = ["ada1@engine.io", "ada2@engine.io", "905-674-3793", "4111 1111 1111 1111"]
SCHEMA = {
    "type": "object",
    "properties": {
        "order": {"type": "string", "pattern": "^BW-[0-9]{6}$"},
        "mail": {"type": ["string", "null"]},
    },
    "required": ["order"],
    "additionalProperties": False,
}


def rows():
    for number in range(40):
        mail = PERSONAL[number % 2]
        yield {
            "id": f"r{number}",
            "prompt": f"Order BW-{number:06} of {mail}, call 905-674-3793 ({number})",
            "completion": {"mail": mail, "order": f"BW-{number:06}"},
            "customer": f"{number // 4}{mail}",
            "note": "card 4111 1111 1111 1111" if number < 3 else "none",
        }


@pytest.fixture
def project(tmp_path):
    """Runs prepare with a policy and returns the project's folder."""

    def prepare(**policy):
        given = {
            "data": {
                "sources": [SOURCE],
                "fields": {"id": "id", "meta": ["note"]},
                "split": {"group_by": "customer"},
                "max_rejected_share": 0.5,
                "personal_data": policy,
            },
            "task.kind": "extraction",
            "task.output": {"json_schema": SCHEMA},
        }
        return prepared(tmp_path, rows(), given)

    return prepare


def written(folder):
    return {
        path.relative_to(folder): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and "raw" not in path.parts
    }


def test_raw_values_stay_in_data_raw(project, capfd):
    folder = project()
    files = written(folder)
    assert {Path("metrics/data.json"), artifacts.DATA_CARD, artifacts.TRAIN_ROWS} <= files.keys()
    said = "".join(capfd.readouterr())
    for value in PERSONAL:
        assert [path for path, text in files.items() if value in text] == []
        assert value not in said
    kept = read_rows(folder / artifacts.TRAIN_ROWS)
    assert all("<EMAIL_ADDRESS_1>" in row.messages[0].content for row in kept)
    assert all(json.loads(row.reference)["mail"] == "<EMAIL_ADDRESS_1>" for row in kept)
    assert all(row.group.startswith("group-") for row in kept)
    assert read_card(folder / artifacts.DATA_CARD).personal_data == {
        "answer": {"email_address": {"redact": 40}},
        "group": {"email_address": {"redact": 40}},
        "meta.note": {"credit_card": {"redact": 3}},
        "prompt": {"email_address": {"redact": 40}, "phone_number": {"redact": 40}},
    }
    assert json.loads((folder / "metrics" / "data.json").read_text())["personal_data"] == 163


def test_rows_of_one_customer_share_a_split(project):
    folder = project()
    of = {}
    for path in (artifacts.TRAIN_ROWS, artifacts.VALIDATION_ROWS, artifacts.TEST_ROWS):
        for row in read_rows(folder / path):
            of.setdefault(row.group, set()).add(path)
    assert len(of) == len({row["customer"] for row in rows()})
    assert all(len(splits) == 1 for splits in of.values())


def test_fail_stops_with_places_and_kinds(project, tmp_path):
    with pytest.raises(DataError) as caught:
        project(rules=[{"fields": ["meta.note"], "action": "fail"}])
    said = str(caught.value)
    assert "3 rows hold personal data that the policy data.personal_data forbids" in said
    assert "data/raw/rows.jsonl:1: personal data: credit_card in meta.note" in said
    assert not any(value in said for value in PERSONAL)
    assert (tmp_path / artifacts.REJECTED_ROWS).read_text().count("credit_card in meta.note") == 3


def test_drop_rejects_the_row_with_its_kind(project):
    card = read_card(project(rules=[{"fields": ["meta.note"], "action": "drop"}]) / artifacts.DATA_CARD)
    assert card.rejected == {"personal data: credit_card in meta.note": 3}
    assert card.personal_data["meta.note"] == {"credit_card": {"drop": 3}}
    assert card.counts()["kept"] == 37


def test_what_stays_is_a_warning(project):
    card = read_card(project(rules=[{"kinds": ["phone_number"], "action": "report"}]) / artifacts.DATA_CARD)
    assert "personal data stays in prompt: 40 phone_number (data.personal_data says report)" in card.warnings


def test_an_answer_that_breaks_the_contract_without_its_value_says_how_to_allow_it(project):
    orders = {"patterns": [{"name": "order_number", "pattern": "BW-[0-9]{6}"}]}
    with pytest.raises(DataError) as caught:
        project(**orders)
    assert (
        "40 x answer without its personal data breaks the contract: order: does not match ^BW-[0-9]{6}$; "
        "data.personal_data.allow names keys (answer.KEY) that must be learnt" in str(caught.value)
    )


def test_an_allowed_key_is_learnt(project):
    orders = {"patterns": [{"name": "order_number", "pattern": "BW-[0-9]{6}"}], "allow": ["answer.order"]}
    kept = read_rows(project(**orders) / artifacts.TRAIN_ROWS)
    assert all(json.loads(row.reference)["order"] in row.messages[0].content for row in kept)
