"""The short form of a criterion: what it says, and what is told where it says nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.config.mistakes.kind import params
from tunewright.config.compose import compose
from tunewright.config.criterion_text import CriterionSyntaxError, criterion_text, parse_criterion
from tunewright.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("schema_valid >= 0.98", {"metric": "schema_valid", "min": 0.98}),
        ("  length_ratio<=1.5 ", {"metric": "length_ratio", "max": 1.5}),
        ("accuracy - base.accuracy >= 0.10", {"metric": "accuracy", "over": "zero_shot", "min": 0.1}),
        ("accuracy-few_shot.accuracy >= -5e-2", {"metric": "accuracy", "over": "few_shot", "min": -0.05}),
        (
            "custom.polite - zero_shot.custom.polite >= 0",
            {"metric": "custom.polite", "over": "zero_shot", "min": 0.0},
        ),
        (
            "accuracy - reference.accuracy >= -0.02",
            {"metric": "accuracy", "over": "reference", "min": -0.02},
        ),
        (
            "accuracy[channel=email] >= 0.9",
            {"metric": "accuracy", "slice": {"meta.channel": "email"}, "min": 0.9},
        ),
        (
            'f1[label = "a, \\"b\\"", meta.x=two words] - base.f1 >= .1 with confidence 0.8',
            {
                "metric": "f1",
                "slice": {"label": 'a, "b"', "meta.x": "two words"},
                "over": "zero_shot",
                "min": 0.1,
                "confidence": 0.8,
            },
        ),
        (
            "exact_match[reference.urgent=true] - base.exact_match[reference.urgent=true] <= 1",
            {"metric": "exact_match", "slice": {"reference.urgent": "true"}, "over": "zero_shot", "max": 1.0},
        ),
    ],
)
def test_what_it_says(text: str, said: dict[str, Any]) -> None:
    assert parse_criterion(text) == said


@pytest.mark.parametrize(
    ("text", "what", "column"),
    [
        ("", "the name of a metric is wanted, not the end", 1),
        ("0.9 <= accuracy", "the name of a metric is wanted", 1),
        ("accuracy", ">= or <= is wanted, not the end", 9),
        ("accuracy > 0.9", "'>' is no comparison", 10),
        ("accuracy ≥ 0.9", "'≥' is no comparison", 10),
        ("accuracy == 0.9", "'==' is no comparison", 10),
        ("accuracy >=", "a number is wanted, not the end", 12),
        ("accuracy >= high", "a number is wanted, not 'high'", 13),
        ("accuracy >= 0.9.1", "a number is wanted", 13),
        ("accuracy >= 1e999", "a number is wanted", 13),
        ("accuracy >= 98 %", "without a per cent sign", 16),
        ("accuracy >= 0.9 and f1 >= 0.8", "the end, or 'with confidence 0.99' is wanted", 17),
        ("accuracy >= 0.9 with confidence", "a number is wanted, not the end", 32),
        ("accuracy[channel] >= 0.9", "name=value is wanted", 17),
        ("accuracy[channel=] >= 0.9", "a value is wanted", 18),
        ("accuracy[channel=a >= 0.9", "',' or ']' is wanted", 26),
        ("accuracy[a=1, a=2] >= 0.9", "a stands there twice", 15),
        ("accuracy - bse.accuracy >= 0.1", "there is no contestant 'bse'", 12),
        ("accuracy - base >= 0.1", "both sides of a difference are one metric", 12),
        ("accuracy - base.f1 >= 0.1", "both sides of a difference are one metric, not accuracy and f1", 12),
        ("f1[a=1] - base.f1[a=2] >= 0.1", "both sides of a difference are of the same rows", 18),
    ],
)
def test_the_place_of_a_mistake_is_told(text: str, what: str, column: int) -> None:
    with pytest.raises(CriterionSyntaxError) as caught:
        parse_criterion(text)
    assert what in str(caught.value)
    assert caught.value.column == column


VALUES = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1).filter(
    str.strip
)


@given(
    within=st.dictionaries(st.sampled_from(["meta.a", "meta.b c", "label", "reference.d"]), VALUES),
    over=st.sampled_from([None, "zero_shot", "few_shot"]),
    least=st.integers(-999, 999).map(lambda number: number / 1000),
    confidence=st.sampled_from([0.95, 0.8, 0.999]),
)
def test_what_is_written_is_read_again(
    within: dict[str, str], over: Any, least: float, confidence: float
) -> None:
    text = criterion_text("accuracy", over, within, least, None, confidence)
    said = {"metric": "accuracy", "min": least}
    optional = {"over": over, "slice": within, "confidence": confidence if confidence != 0.95 else None}
    assert parse_criterion(text) == {**said, **{key: value for key, value in optional.items() if value}}


def test_resolved_settings_hold_the_mapping(project: Path) -> None:
    texts = ["exact_match[language=en] >= 0.5", {"metric": "schema_valid", "min": 0.9}, "train_seconds <= 60"]
    first, second, third = compose(project, params(set={"task": {"acceptance": texts}})).task.acceptance
    assert (first.metric, first.slice, first.min) == ("exact_match", {"meta.language": "en"}, 0.5)
    assert (second.metric, second.min) == ("schema_valid", 0.9)
    assert (third.metric, third.max) == ("train_seconds", 60.0)


def test_a_text_that_says_nothing_is_one_problem_with_its_place(project: Path) -> None:
    texts = ["schema_valid >= 0.9", "exact_match > 0.5", "exact_match"]
    with pytest.raises(ConfigError) as caught:
        compose(project, params(set={"task": {"acceptance": texts}}))
    told = {problem.key: str(problem) for problem in caught.value.problems}
    assert set(told) == {"task.acceptance.1", "task.acceptance.2"}
    assert told["task.acceptance.1"].startswith("params.yaml:8: task.acceptance.1: 'exact_match > 0.5'")
    assert "at character 13" in told["task.acceptance.1"]
    assert "write >= for at least, <= for at most" in told["task.acceptance.1"]
