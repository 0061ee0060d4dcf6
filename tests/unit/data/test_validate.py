import pytest

from tunewright.config.schema.cleaning import Cleaning, Flags
from tunewright.config.schema.data import Fields, Split
from tunewright.config.schema.task import OutputContract
from tunewright.data.raw_row import Discarded, Place, RawRow
from tunewright.data.rows import Message
from tunewright.data.validate import CheckedRow, RowCheck

PLACE = Place("data/raw/rows.jsonl", 7, "0" * 64)


def check(values, form="prompt_completion", kind="generation", output=None, fields=None, split=None):
    checker = RowCheck(fields or Fields(), split or Split(), kind, output or OutputContract())
    return checker(RawRow(PLACE, values), form)


def reason(*args, **kwargs):
    discarded = check(*args, **kwargs)
    assert isinstance(discarded, Discarded)
    assert discarded.place == PLACE
    return str(discarded)


def turns(*roles):
    return {"messages": [{"role": role, "content": f"{role} speaks"} for role in roles]}


def test_a_prompt_and_its_completion_become_two_turns():
    candidate = check({"prompt": " Hi ", "completion": "Hello"})
    assert isinstance(candidate, CheckedRow)
    assert candidate.row.messages == (Message("user", " Hi "), Message("assistant", "Hello"))
    assert candidate.row.source == PLACE.file
    assert candidate.row.group == ""


def corrected(answer, *, cleaning=None):
    """A flagged row of a generation, with another answer."""
    rules = cleaning or Cleaning()
    checker = RowCheck(Fields(), Split(), "generation", OutputContract(), cleaning=rules)
    row = checker(
        RawRow(PLACE, {"prompt": "Hi", "completion": "As an AI language model, I say hello."}), "auto"
    )
    assert isinstance(row, CheckedRow) and row.flags == ("boilerplate",)
    return checker.corrected(row, answer)


def test_a_corrected_answer_has_flags_of_its_own():
    assert corrected("Hello.").flags == ()
    assert corrected("Hello [your name].").flags == ("placeholder",)
    dropped = corrected("Hello [your name].", cleaning=Cleaning(flags=Flags(placeholder="drop")))
    assert isinstance(dropped, Discarded) and dropped.flag == "placeholder"


def test_a_corrected_answer_with_characters_that_are_rejected_is_named():
    refused = corrected("Hel\x07lo.", cleaning=Cleaning(control_characters="reject"))
    assert isinstance(refused, Discarded)
    assert str(refused) == "corrected in review: answer holds control characters"


def test_a_derived_id_follows_from_the_content_alone():
    one, same, other = (
        check({"prompt": p, "completion": "c", "x": x}) for p, x in (("a", 1), ("a", 2), ("b", 1))
    )
    assert one.row.id == same.row.id != other.row.id


@pytest.mark.parametrize("roles", ["ua", "sua", "uaua", "suaua"])
def test_chats_in_order_pass(roles):
    names = {"u": "user", "a": "assistant", "s": "system"}
    assert isinstance(check(turns(*(names[role] for role in roles)), "chat"), CheckedRow)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, 'no field "messages"'),
        ({"messages": "hi"}, '"messages" is string, not array'),
        ({"messages": []}, "no turns"),
        (turns("system"), "no turns but the system's"),
        (turns("user"), "the last turn is not the assistant's"),
        (turns("assistant"), "turn 1 is assistant where user is due"),
        (turns("system", "assistant"), "turn 2 is assistant where user is due"),
        (turns("user", "user", "assistant"), "turn 2 is user where assistant is due"),
        (turns("user", "system", "assistant"), "turn 2 is system where assistant is due"),
        (turns("user", "assistant", "assistant"), "turn 3 is assistant where user is due"),
        (turns("user", "narrator"), 'turn 2: role "narrator" is not one of system, user, assistant, tool'),
        (turns("user", "tool"), "turn 2 is a result that belongs to no call"),
        ({"messages": [{"role": "user", "content": " \n"}]}, "turn 1 is blank"),
        ({"messages": [{"role": "user", "content": None}]}, "turn 1 is null, not string"),
        ({"messages": [{"role": "user"}]}, 'turn 1: no field "content"'),
        ({"messages": ["hi"]}, "turn 1 is string, not object"),
        (
            {"messages": [{"role": "user", "content": "x", "tool_calls": []}]},
            'turn 1 has keys that are not read: "tool_calls"',
        ),
    ],
)
def test_chats_out_of_order_are_rejected(values, expected):
    assert reason(values, "chat") == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"prompt": "a"}, 'no field "completion"'),
        ({"completion": "a"}, 'no field "prompt"'),
        ({"prompt": "", "completion": "a"}, '"prompt" is blank'),
        ({"prompt": "a", "completion": "\t"}, "answer is blank"),
        ({"prompt": 3, "completion": "a"}, '"prompt" is integer, not string'),
        ({"prompt": "a", "completion": {"b": 1}}, "answer is object, not string"),
        (
            {"prompt": "a\ud800", "completion": "b"},
            '"prompt" holds half of a surrogate pair: it was cut inside a character',
        ),
    ],
)
def test_faulty_prompts_and_completions_are_rejected(values, expected):
    assert reason(values) == expected


def test_extraction_answers_are_held_to_the_contract_and_written_canonically(triage):
    right = {"needs_human": False, "order_number": None, "category": "billing"}
    canonical = '{"category":"billing","order_number":null,"needs_human":false}'
    text = '{ "needs_human": false, "category": "billing", "order_number": null }'
    for answer in (right, text):
        candidate = check({"prompt": "a", "completion": answer}, kind="extraction", output=triage)
        assert candidate.row.reference == canonical
    chat = {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": text}]}
    assert check(chat, "chat", "extraction", triage).row.reference == canonical


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("billing", "answer: not JSON: Expecting value at column 1"),
        (
            {"category": "refund", "order_number": None, "needs_human": True},
            'answer breaks the contract: category: "refund" is not one of "billing", "delivery"',
        ),
        (
            {"category": 1, "order_number": 2, "needs_human": 3, "x": 4},
            'answer breaks the contract: answer: has keys that are not allowed: "x"; category: a value '
            'of type integer is not one of "billing", "delivery"; needs_human: is integer, not boolean; '
            "and 1 more",
        ),
        ({"category": float("nan")}, "answer holds what JSON cannot"),
        ({"category": {1, 2}}, "answer holds what JSON cannot"),
    ],
)
def test_extraction_answers_that_break_the_contract_are_rejected(triage, answer, expected):
    assert reason({"prompt": "a", "completion": answer}, kind="extraction", output=triage) == expected


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Billing", 'label "Billing" is not in the label set; the nearest is "billing"'),
        ("delivry", 'label "delivry" is not in the label set; the nearest is "delivery"'),
        ("zzz", 'label "zzz" is not in the label set'),
        ("jane@example.com", "label a value of type string is not in the label set"),
        ("x" * 500, f'label "{"x" * 38}… is not in the label set'),
    ],
)
def test_labels_outside_the_set_are_rejected_with_the_nearest(labels, label, expected):
    assert reason({"prompt": "a", "completion": label}, kind="classification", output=labels) == expected
    assert isinstance(
        check({"prompt": "a", "completion": "billing"}, kind="classification", output=labels), CheckedRow
    )


def test_fields_are_mapped_and_meta_is_text():
    fields = Fields(id="n", prompt="q", completion="a", meta=("lang", "vip", "age", "gone", "none", "blank"))
    values = {"n": 12, "q": "x", "a": "y", "lang": "de", "vip": True, "age": 3, "none": None, "blank": " "}
    row = check(values, fields=fields, split=Split(group_by="lang")).row
    assert (row.id, row.group) == ("12", "de")
    assert row.meta == {"lang": "de", "vip": "true", "age": "3"}


@pytest.mark.parametrize("group", [{}, {"customer": None}, {"customer": "  "}])
def test_rows_without_their_group_or_id_are_rejected(group):
    values = {"prompt": "a", "completion": "b", **group}
    expected = 'field "customer" is blank' if group else 'no field "customer"'
    assert reason(values, split=Split(group_by="customer")) == expected
    assert reason(values, fields=Fields(id="customer")) == expected


@pytest.mark.parametrize(
    ("stratify_by", "stratum"),
    [
        ("completion.category", '"billing"'),
        ("completion.order_number", "null"),
        ("completion.other", "(absent)"),
        ("channel", "email"),
        ("other", "(absent)"),
    ],
)
def test_the_stratum_is_a_key_of_the_answer_or_a_field_of_the_row(triage, stratify_by, stratum):
    answer = {"category": "billing", "order_number": None, "needs_human": True}
    values = {"prompt": "a", "completion": answer, "channel": "email"}
    split = Split(stratify_by=stratify_by)
    assert check(values, kind="extraction", output=triage, split=split).stratum == stratum
