import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunewright.data.contract import QUOTED, ContractError, SchemaContract, canonical_json, parse_json, quote
from tunewright.errors import DataError

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": 1, "a": 2}', 'key "a" stands twice'),
        ('{"b": {"a": 1, "a": 1}}', 'key "a" stands twice'),
        ("NaN", "NaN is not JSON"),
        ("[-Infinity]", "-Infinity is not JSON"),
        ("[1e999]", "too large"),
        ("9" * 5000, "too many digits"),
        ('{"a": 1} and so on', "Extra data at column 10"),
        ("```json\n{}\n```", "not JSON"),
        ('{"a": 1,}', "not JSON"),
        ("", "not JSON"),
        ("\ufeff{}", "not JSON"),
        (r'"\ud83d"', "half of a surrogate pair"),
        ("[" * 65 + "]" * 65, "nested deeper than 64"),
        ("[" * 100_000, "nested deeper than 64"),
    ],
)
def test_parse_json_refuses_what_is_not_one_strict_document(text, reason):
    with pytest.raises(ContractError, match=reason):
        parse_json(text)


def test_parse_json_takes_white_space_around_and_brackets_in_strings():
    assert parse_json(' \n{"a": [1, null]}\t') == {"a": [1, None]}
    assert parse_json(r'"\ud83d\ude00"') == "😀"
    text = json.dumps(['[{"\\' * 100])
    assert parse_json(text) == json.loads(text)
    assert parse_json("[" * 64 + "]" * 64)


@given(json_values)
def test_canonical_json_keeps_the_value_and_ignores_the_order_of_keys(value):
    text = canonical_json(value, {})
    assert parse_json(text) == value
    assert canonical_json(parse_json(json.dumps(value)), {}) == text


@given(st.text(max_size=40))
def test_parse_json_never_raises_anything_else(text):
    try:
        parse_json(text)
    except ContractError as error:
        assert str(error)


def test_canonical_json_follows_the_order_of_the_schema_into_the_depth():
    item = {"properties": {"z": {}, "a": {}}}
    schema = {
        "properties": {
            "second": {"items": {"$ref": "#/$defs/item"}},
            "first": {"anyOf": [item, {"type": "null"}]},
        },
        "$defs": {"item": item},
    }
    value = {"extra": 1, "bonus": 2, "first": {"a": 1, "z": 2}, "second": [{"b": 0, "a": "ü", "z": 1.0}]}
    assert (
        canonical_json(value, schema)
        == '{"second":[{"z":1.0,"a":"ü","b":0}],"first":{"z":2,"a":1},"bonus":2,"extra":1}'
    )


@pytest.mark.parametrize("value", [float("nan"), [float("inf")], {1, 2}])
def test_canonical_json_refuses_what_json_cannot_hold(value):
    with pytest.raises((ValueError, TypeError)):
        canonical_json(value, {})


def test_canonical_json_of_a_schema_that_refers_to_itself_ends():
    schema = {"$ref": "#", "properties": {"b": {"$ref": "#"}, "a": {}}}
    assert canonical_json({"a": 1, "b": {"a": 1, "b": None}}, schema) == '{"b":{"b":null,"a":1},"a":1}'


def test_violations_name_path_and_reason(triage):
    contract = SchemaContract(triage.json_schema)
    assert contract.violations({"category": "billing", "order_number": None, "needs_human": True}) == []
    assert contract.violations({"category": "refund", "order_number": "Jane Doe", "urgent": 1}) == [
        'answer: has keys that are not allowed: "urgent"',
        'answer: lacks the key "needs_human"',
        'category: "refund" is not one of "billing", "delivery"',
        r"order_number: does not match ^BW-\d{6}$",
    ]
    assert contract.violations([1]) == ["answer: is array, not object"]


@pytest.mark.parametrize(
    ("schema", "value", "message"),
    [
        ({"items": {"type": ["string", "null"]}}, ["a", 2.5], "[1]: is number, not null or string"),
        ({"properties": {"a": {"const": 3}}}, {"a": 4}, "a: is not 3"),
        ({"properties": {"a": {"format": "date"}}}, {"a": "soon"}, "a: is not a date"),
        ({"minimum": 3}, 2, "answer: breaks `minimum` 3"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, 3, "answer: breaks `anyOf`"),
        ({"propertyNames": {"maxLength": 2}}, {"long": 1}, "answer: breaks `propertyNames`"),
        ({"prefixItems": [{}], "items": False}, [1, 2], "[1]: breaks `falseSchema`"),
    ],
)
def test_violations_of_every_kind_read_well(schema, value, message):
    assert SchemaContract(schema).violations(value) == [message]


@given(json_values)
def test_violations_quote_no_text_but_single_words_outside_an_enum(value):
    secret = "Jane Doe, 12 Mill Lane, jane@example.com, and more to make it long"
    schemas = (
        {"type": "array", "maxItems": 0},
        {"type": "integer"},
        {"not": {}},
        {"maxLength": 3},
        {"const": 1},
    )
    for schema in schemas:
        for message in SchemaContract({"items": schema}).violations([secret, value]):
            assert secret[:12] not in message
    for personal in (secret, "jane@example.com", "5425233430109903", "Jane Doe"):
        assert SchemaContract({"enum": [1]}).violations(personal) == [
            "answer: a value of type string is not one of 1"
        ]
    (message,) = SchemaContract({"enum": [1]}).violations("w" * 2 * QUOTED)
    assert "w" * (QUOTED - 2) in message
    assert "w" * QUOTED not in message
    assert len(quote(secret)) == QUOTED


@pytest.mark.parametrize(
    "schema",
    [{"$ref": "https://example.com/x.json"}, {"$ref": "#/$defs/no"}, {"format": "dat"}, {"type": "strng"}],
)
def test_a_schema_that_cannot_be_used_is_a_data_error(schema):
    with pytest.raises(DataError, match=r"task\.output\.json_schema"):
        SchemaContract(schema)
