"""What becomes of a row: stand-ins that agree, what is allowed, what is refused, and that nothing is left."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.data.personal.samples import FOUND, NOT_PERSONAL, answer_of, example, guard, prompt_of
from tunewright.config.schema.personal_data import PersonalData
from tunewright.data.personal.find import Finder
from tunewright.data.personal.guard import FORMS, Guarded, Refused, guard_of
from tunewright.data.personal.key import VARIABLE, fingerprint
from tunewright.errors import DataError

KEY = b"0" * 32
ORDER = {"patterns": [{"name": "order_number", "pattern": r"BW-\d{6}"}]}
MAIL, PHONE = "ada@engine.io", "905-674-3793"


def answer(**keys):
    return json.dumps(keys, separators=(",", ":"), ensure_ascii=False)


def test_a_row_without_any_is_the_very_same():
    row = example("nothing here", "nor here", meta={"channel": "app"}, group="c1", name="t1")
    guarded = guard()(row)
    assert guarded.example is row
    assert guarded.found == Counter()


def test_one_value_has_one_placeholder_in_question_answer_and_meta():
    row = example(
        f"I am {MAIL}, not bob@engine.io", f"Dear {MAIL.upper()}", meta={"from": MAIL, "channel": "app"}
    )
    guarded = guard()(row)
    assert prompt_of(guarded) == "I am <EMAIL_ADDRESS_1>, not <EMAIL_ADDRESS_2>"
    assert answer_of(guarded) == "Dear <EMAIL_ADDRESS_1>"
    assert guarded.example.meta == {"from": "<EMAIL_ADDRESS_1>", "channel": "app"}
    assert guarded.found == Counter(
        {
            ("prompt", "email_address", "redact"): 2,
            ("answer", "email_address", "redact"): 1,
            ("meta.from", "email_address", "redact"): 1,
        }
    )


def test_a_value_that_stands_bare_in_the_answer_is_replaced_there_too():
    row = example("my SSN is 460-89-9847, call (415) 682-0133", answer(a="460899847", b=["415-682-0133"]))
    assert answer_of(guard("json")(row)) == '{"a":"<US_SSN_1>","b":["<PHONE_NUMBER_1>"]}'


def test_placeholders_that_stand_there_already_are_not_used_again():
    guarded = guard()(example(f"<EMAIL_ADDRESS_1> wrote to {MAIL}"))
    assert prompt_of(guarded) == "<EMAIL_ADDRESS_1> wrote to <EMAIL_ADDRESS_2>"


def test_keys_and_texts_of_a_json_answer_stay_in_their_order():
    row = example(
        f"{MAIL} and BW-123456", answer(z=MAIL, a={"o": "BW-123456", MAIL: 1, "n": None}, b=[True, 2.5])
    )
    assert answer_of(guard("json", **ORDER)(row)) == (
        '{"z":"<EMAIL_ADDRESS_1>","a":{"o":"<ORDER_NUMBER_1>","<EMAIL_ADDRESS_1>":1,"n":null},"b":[true,2.5]}'
    )


@pytest.mark.parametrize("allow", ["order_number", "answer.order"])
def test_what_the_answer_must_hold_stays_in_both(allow):
    row = example("BW-123456, not BW-999999", answer(order="BW-123456"))
    guarded = guard("json", **ORDER, allow=[allow])(row)
    assert prompt_of(guarded) == "BW-123456, not <ORDER_NUMBER_1>"
    assert answer_of(guarded) == answer(order="BW-123456")
    assert (
        guarded.found["prompt", "order_number", "allow"]
        == guarded.found["answer", "order_number", "allow"]
        == 1
    )


def test_what_is_allowed_stays_however_it_is_written():
    row = example("BW-123456, or bw 123456", answer(order="BW-123456"))
    assert prompt_of(guard("json", **ORDER, allow=["answer.order"])(row)) == "BW-123456, or bw 123456"
    assert prompt_of(guard("json", **ORDER)(row)) == "<ORDER_NUMBER_1>, or <ORDER_NUMBER_1>"


def test_what_another_key_holds_is_not_allowed():
    row = example("BW-123456", answer(order=None, other="BW-123456"))
    guarded = guard("json", **ORDER, allow=["answer.order"])(row)
    assert (prompt_of(guarded), answer_of(guarded)) == (
        "<ORDER_NUMBER_1>",
        answer(order=None, other="<ORDER_NUMBER_1>"),
    )


@pytest.mark.parametrize("text", ["call 4156820133", "my phone, 415-682-0133"])
def test_a_number_of_json_cannot_be_replaced(text):
    refused = guard("json")(example(text, '{"phone":4156820133}'))
    assert (
        refused.reason
        == "personal data: phone_number in answer is a JSON number, which nothing can stand for"
    )
    assert not refused.stops


def test_labels_are_not_searched():
    row = example("hello", MAIL)
    assert guard("label")(row).example is row
    assert FORMS["classification"] == "label"


def test_rows_of_one_customer_stay_together_without_the_customers_address():
    one, two, other = (
        guard()(example("hi", group=group)).example.group for group in (MAIL, MAIL, "bob@engine.io")
    )
    assert one == two != other
    assert one.startswith("group-")
    assert "@" not in one
    keyed = guard(key=KEY)(example("hi", group=MAIL)).example.group
    assert keyed.startswith("group-")
    assert keyed != one
    assert guard()(example("hi", name=MAIL)).example.id.startswith("id-")


def test_the_first_rule_that_fits_decides():
    rules = [
        {"fields": ["answer"], "kinds": ["email_address"], "action": "drop"},
        {"fields": ["prompt", "answer"], "kinds": ["email_address"], "action": "report"},
        {"fields": ["meta.note"], "action": "pseudonymise"},
    ]
    apply = guard(key=KEY, rules=rules)
    kept = apply(example(f"{MAIL}, call {PHONE}", meta={"note": "bob@engine.io"}))
    assert prompt_of(kept) == f"{MAIL}, call <PHONE_NUMBER_1>"
    assert kept.example.meta["note"].rpartition("@")[2].startswith("example.")
    assert kept.found["prompt", "email_address", "report"] == 1
    assert apply(example("hi", MAIL)).reason == "personal data: email_address in answer"


@pytest.mark.parametrize(("action", "stops"), [("drop", False), ("fail", True)])
def test_a_refusal_names_kinds_and_fields_and_no_value(action, stops):
    refused = guard(action=action)(example(f"{MAIL} {MAIL}, call {PHONE}", f"to {MAIL}"))
    assert isinstance(refused, Refused)
    assert (
        refused.reason
        == "personal data: email_address in answer, email_address in prompt, phone_number in prompt"
    )
    assert refused.stops is stops
    assert refused.found["prompt", "email_address", action] == 2


def test_a_pattern_that_fits_a_placeholder_does_not_eat_it():
    guarded = guard(patterns=[{"name": "word", "pattern": "[A-Z_]+"}])(example(f"HI {MAIL}"))
    assert prompt_of(guarded) == "<WORD_1> <EMAIL_ADDRESS_1>"


def test_what_stands_beside_a_placeholder_is_found_too():
    pairs = {"patterns": [{"name": "pair", "pattern": "a.+a"}]}
    assert (
        prompt_of(guard(**pairs)(example("aXa <EMAIL_ADDRESS_1> aYa")))
        == "<PAIR_1> <EMAIL_ADDRESS_1> <PAIR_2>"
    )


def test_the_key_is_looked_for_only_where_the_settings_name_one(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv(VARIABLE, raising=False)
    assert isinstance(guard_of(PersonalData(), "chat")(example(MAIL)), Guarded)
    named = PersonalData(key_fingerprint=fingerprint(KEY))
    with pytest.raises(DataError, match="is not on this machine"):
        guard_of(named, "chat")
    monkeypatch.setenv(VARIABLE, KEY.hex())
    row = example("hi", group=MAIL)
    assert guard_of(named, "chat")(row) == guard(key=KEY)(row)


VALUES = st.sampled_from([value or text for samples in FOUND.values() for text, value in samples])
SENTENCES = st.sampled_from([text for samples in FOUND.values() for text, _ in samples])
PIECES = st.one_of(
    VALUES, SENTENCES, st.sampled_from(NOT_PERSONAL), st.text(alphabet="09aZ@.:-+/ <>_\n€é", max_size=12)
)
TEXTS = st.lists(
    st.tuples(PIECES, st.sampled_from([" ", "", "\n", ", ", ": ", "-", "<", "0"])), max_size=5
).map(lambda pieces: "".join(part for piece in pieces for part in piece))
OWN = PersonalData.model_validate(
    {"patterns": [{"name": "digits", "pattern": "[0-9]{5}"}, {"name": "any", "pattern": "a.+a"}]}
)


@pytest.mark.parametrize("settings", [PersonalData(), OWN], ids=["structured", "with own patterns"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_redaction_leaves_no_match_behind_and_changes_nothing_the_second_time(settings, form):
    find, apply = Finder(settings), guard(form, **settings.model_dump())

    @given(TEXTS, TEXTS, TEXTS)
    def check(prompt, text, field):
        row = example(
            prompt, text if form == "text" else answer(phone=text, l=[prompt]), meta={"note": field}
        )
        guarded = apply(row)
        assert isinstance(guarded, Guarded)
        texts = [prompt_of(guarded), guarded.example.meta["note"]]
        assert [find(one) for one in texts] == [[], []]
        if form == "text":
            assert find(answer_of(guarded)) == []
        else:
            assert find(json.loads(answer_of(guarded))["phone"], "phone") == []
        again = apply(guarded.example)
        assert again.example == guarded.example
        assert again.found == Counter()

    check()
