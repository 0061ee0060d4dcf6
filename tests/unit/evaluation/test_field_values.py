"""Values of JSON answers: declared rules, paths, lists, and what is counted of them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import predictions
from sklearn.metrics import f1_score, precision_score, recall_score

from tunewright.config.schema.task import FieldRule
from tunewright.evaluation.metrics.extraction import (
    OTHER_KEYS,
    Violation,
    extraction_scores,
    field_results,
    violations,
)
from tunewright.evaluation.metrics.field_values import as_text, by_path, comparable, values_of

ORDER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "customer": {"type": "object", "properties": {"name": {"type": "string"}}},
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"sku": {"type": "string"}, "price": {"type": "number"}},
                "required": ["sku"],
            },
        },
        "note": {"type": ["string", "null"]},
    },
}


def equal(one: object, other: object, **rule: Any) -> bool:
    rules = by_path([FieldRule(path="a", **rule)])
    return as_text(comparable({"a": one}, rules)) == as_text(comparable({"a": other}, rules))


@pytest.mark.parametrize(
    ("one", "other", "rule"),
    [
        ("STRASSE", "straße", {"ignore_case": True}),
        (" two\n words ", "two words", {"ignore_whitespace": True}),
        ("31.12.1999", "1999-12-31", {"date_formats": ("%Y-%m-%d", "%d.%m.%Y")}),
        ("1,234.50", "1234.5", {"decimal_sign": "."}),
        ("1.234,50", 1234.5, {"decimal_sign": ","}),
        ("1'234'567", 1234567, {"decimal_sign": "."}),
        ("-0,5", "-.5".replace(".", ","), {"decimal_sign": ","}),
        ("12", 12, {"decimal_sign": "."}),
    ],
)
def test_a_rule_makes_alike_and_without_it_they_differ(one: object, other: object, rule: Any) -> None:
    assert equal(one, other, **rule)
    assert not equal(one, other)


@pytest.mark.parametrize(
    ("one", "other", "rule"),
    [
        ("01.02.1999", "02.01.1999", {"date_formats": ("%d.%m.%Y",)}),
        ("no date", "1999-12-31", {"date_formats": ("%Y-%m-%d",)}),
        ("1.5", "15", {"decimal_sign": ","}),
        ("1,5", "15", {"decimal_sign": "."}),
        ("BW-1234", 1234, {"decimal_sign": "."}),
        ("1 2", 12, {"decimal_sign": "."}),
        ("a", None, {"ignore_case": True}),
        (True, 1, {"decimal_sign": "."}),
    ],
)
def test_a_rule_makes_no_more_alike_than_it_says(one: object, other: object, rule: Any) -> None:
    assert not equal(one, other, **rule)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([0.5, 1.0]) | st.text("aB ", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=8,
)


@given(value=JSON)
@settings(max_examples=200, deadline=None)
def test_without_rules_nothing_changes_and_every_leaf_is_counted(value: Any) -> None:
    def leaves(part: Any) -> int:
        if isinstance(part, dict):
            return sum(map(leaves, part.values()))
        if isinstance(part, list):
            return sum(map(leaves, part))
        return part is not None

    assert comparable(value, {}) == value
    assert values_of(value, {}).total() == leaves(value)


def rows(answer: str, reference: str, *rules: FieldRule) -> dict[str, tuple[float, float, int, int]]:
    found = field_results(predictions([answer], [reference]), ORDER, rules)
    return {one.path: (one.precision, one.recall, one.support, one.given) for one in found}


REFERENCE = '{"customer":{"name":"Ada"},"items":[{"sku":"x","price":1},{"sku":"y","price":2}],"note":null}'


def test_paths_of_nested_fields_and_lists() -> None:
    answer = (
        '{"customer":{"name":"Ada"},"items":[{"sku":"y","price":2},{"sku":"x","price":3}],"note":"hm","z":1}'
    )
    assert rows(answer, REFERENCE) == {
        "customer.name": (1, 1, 1, 1),
        "items[].sku": (0, 0, 2, 2),
        "items[].price": (0, 0, 2, 2),
        OTHER_KEYS: (0, 0, 0, 2),  # note, where the references have no value, and z
    }
    as_set = rows(answer, REFERENCE, FieldRule(path="items[]", ignore_order=True))
    assert as_set["items[].sku"] == (1, 1, 2, 2)
    assert as_set["items[].price"] == (0.5, 0.5, 2, 2)


def test_missing_and_surplus_items() -> None:
    assert rows('{"items":[{"sku":"x"}]}', REFERENCE)["items[].sku"] == (1, 0.5, 2, 1)
    surplus = '{"items":[{"sku":"x"},{"sku":"y"},{"sku":"z"}]}'
    assert rows(surplus, REFERENCE)["items[].sku"] == (pytest.approx(2 / 3), 1, 2, 3)
    assert rows("no JSON", REFERENCE)["items[].sku"] == (0, 0, 2, 0)


def test_rules_reach_every_metric_but_the_schema() -> None:
    rules = (FieldRule(path="items[]", ignore_order=True), FieldRule(path="customer.name", ignore_case=True))
    answer = '{"customer":{"name":"ADA"},"items":[{"sku":"y","price":2},{"price":1,"sku":"x"}],"note":null}'

    def means(rules: tuple[FieldRule, ...]) -> dict[str, float]:
        scored = extraction_scores(predictions([answer], [REFERENCE]), ORDER, rules)
        return {name: score.value() for name, score in scored.items()}

    assert set(means(rules).values()) == {1.0}
    strict = means(())
    assert (
        strict["exact_match"] == strict["field.items"] == strict["field.customer"] == strict["field_f1"] == 0
    )
    assert strict["schema_valid"] == 1


PAIRS = st.lists(
    st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from(["a", "b", None])), min_size=1, max_size=30
)


@given(pairs=PAIRS)
@settings(max_examples=100, deadline=None)
def test_a_field_of_single_values_agrees_with_scikit_learn(pairs: list[tuple[Any, Any]]) -> None:
    def text(value: Any) -> str:
        return "{}" if value is None else f'{{"a":"{value}"}}'

    asked = predictions([text(given_) for given_, _ in pairs], [text(right) for _, right in pairs])
    schema = {"type": "object", "properties": {"a": {}}}
    scored = extraction_scores(asked, schema)
    right, answered = [str(right) for _, right in pairs], [str(given_) for given_, _ in pairs]
    theirs = {"labels": ["a", "b"], "average": "micro", "zero_division": 0}
    assert scored["field_precision"].value() == pytest.approx(precision_score(right, answered, **theirs))
    assert scored["field_recall"].value() == pytest.approx(recall_score(right, answered, **theirs))
    assert scored["field_f1"].value() == pytest.approx(f1_score(right, answered, **theirs))
    of_field = [one for one in field_results(asked, schema) if one.path == "a"]
    if of_field:
        assert of_field[0].f1 == pytest.approx(scored["field_f1"].value())
        assert of_field[0].support == sum(right is not None for _, right in pairs)


def test_every_violation_is_counted_by_path_and_kind() -> None:
    answers = [
        '{"items":[{"price":"1"},{"price":"2","sku":3}]}',
        '{"items":{}}',
        '{"customer":{"name":null}}',
        "no JSON",
        "also none",
        REFERENCE,
    ]
    found = violations(predictions(answers, [REFERENCE] * 6), ORDER)
    assert found == (
        Violation("", "not JSON", 2),
        Violation("items[].price", "type", 2),
        Violation("customer.name", "type", 1),
        Violation("items", "type", 1),
        Violation("items[]", "required", 1),
        Violation("items[].sku", "type", 1),
    )
    assert Counter({one.kind: one.count for one in found})["required"] == 1
