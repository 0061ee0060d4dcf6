"""What got better and what got worse: metrics, suites, tokens, slices and fields, and nothing by chance."""

from dataclasses import replace

import pytest

from tests.unit.reporting.made_up import suite
from tunewright.evaluation.statistics import Interval
from tunewright.reporting.effects import effects
from tunewright.reporting.effects_view import effects_view
from tunewright.reporting.page import render_report


def of_kind(inputs, kind):
    return [(one.name, one.better) for one in effects(inputs) if one.kind == kind]


def test_the_task_s_metrics_come_first_and_against_the_better_prompt(triage):
    first, *_ = found = effects(triage)
    assert (first.kind, first.name, first.against, first.better) == (
        "metric",
        "schema_valid",
        "few_shot",
        True,
    )
    assert first.difference == triage.paired["schema_valid"]["few_shot"].difference
    assert first.tuned == triage.scores["tuned"]["schema_valid"]
    kinds = [one.kind for one in found]
    assert kinds == sorted(kinds, key=["metric", "suite", "tokens", "slice", "field"].index)


@pytest.mark.parametrize(
    ("difference", "better"), [((-0.2, -0.3, -0.1), False), ((0.2, 0.1, 0.3), True), ((0.1, -0.1, 0.3), None)]
)
def test_a_difference_whose_interval_holds_zero_is_none(triage, difference, better):
    gap = replace(triage.paired["exact_match"]["few_shot"], difference=Interval(*difference, 75))
    changed = replace(triage, paired={**triage.paired, "exact_match": {"few_shot": gap, "zero_shot": gap}})
    told = dict(of_kind(changed, "metric"))
    assert told.get("exact_match") is better


def test_fewer_refusals_are_worse_and_less_leakage_is_better(triage):
    suites = (
        suite("regression.accuracy", 0.9, 0.7, (-0.2, -0.3, -0.1), passed=False),
        suite("leakage.verbatim", 0.5, 0.3, (-0.2, -0.3, -0.1), passed=True),
        suite("safety.refused", 0.9, 0.85, (-0.05, -0.2, 0.1), passed=True),
    )
    found = replace(triage, suites=suites)
    assert of_kind(found, "suite") == [("regression.accuracy", False), ("leakage.verbatim", True)]
    view = effects_view(found)
    assert "3 numbers beyond the task" in view.looked_at
    (worse,) = [line for line in view.worse if line.title == "Title of it"]
    assert (worse.before, worse.after, worse.difference) == ("base 90.0 %", "tuned 70.0 %", "−20.0 points")


def test_answers_that_take_more_tokens_are_worse_and_shorter_prompts_better(triage):
    counted = {"prompt_tokens": (620.0, 180.0), "answer_tokens": (40.0, 60.0)}
    scores = {who: dict(found) for who, found in triage.scores.items()}
    paired = dict(triage.paired)
    for metric, (other, tuned) in counted.items():
        for who in scores:
            value = tuned if who == "tuned" else other
            scores[who][metric] = Interval(value, value - 5, value + 5, 75)
        gap = Interval(tuned - other, tuned - other - 9, tuned - other + 9, 75)
        paired[metric] = {who: replace(p, difference=gap) for who, p in paired["exact_match"].items()}
    found = replace(triage, scores=scores, paired=paired)
    assert of_kind(found, "tokens") == [("prompt_tokens", True), ("answer_tokens", False)]
    line = next(line for line in effects_view(found).better if "620" in line.before)
    assert (line.before, line.after, line.difference) == ("few-shot 620", "tuned 180", "−440")
    assert "tokens" in effects_view(found).looked_at
    assert of_kind(triage, "tokens") == [], "nobody counted"


def test_a_slice_counts_only_by_its_adjusted_test_and_where_it_differs_from_the_whole(triage):
    big = next(found for found in triage.slices if found.p is not None)
    gap = replace(big.paired, difference=Interval(-0.8, -0.9, -0.7, big.n))
    worse = replace(big, p=0.001, paired=gap)
    for found, count in ((worse, 1), (replace(worse, p=0.2), 0), (replace(worse, p=None), 0)):
        assert len(of_kind(replace(triage, slices=(found,)), "slice")) == count
    (line,) = effects_view(replace(triage, slices=(worse,))).worse
    assert line.title == f"Answers that fit the schema where {big.by}={big.value}"
    assert of_kind(replace(triage, slices=(replace(big, p=0.001),)), "slice") == [], "as the whole is"


def test_fields_are_tested_together(triage):
    names = [name for name in triage.paired if name.startswith("field.")]
    pairs = {name: {who: replace(p, p=0.02) for who, p in triage.paired[name].items()} for name in names}
    assert of_kind(replace(triage, paired={**triage.paired, **pairs}), "field") == []
    pairs = {name: {who: replace(p, p=0.001) for who, p in triage.paired[name].items()} for name in names}
    assert len(of_kind(replace(triage, paired={**triage.paired, **pairs}), "field")) == len(names)


def test_nothing_found_is_said_with_what_was_looked_for(triage):
    view = effects_view(replace(triage, slices=()))
    assert view.nothing_worse == "Nothing is shown to be worse." and not view.nothing_better
    assert "on 75 test rows with 95 % confidence: 3 metrics, 5 fields and tokens" in view.looked_at
    assert view.looked_at.endswith("The suites beyond the task are off.")


def test_what_does_not_fit_on_the_first_screen_is_behind_a_click(triage):
    many = replace(triage, suites=[suite("regression.accuracy", 0.9, 0.7, (-0.2, -0.3, -0.1))] * 7)
    assert "<summary>3 more</summary>" in render_report(many)
