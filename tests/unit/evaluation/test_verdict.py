"""Criteria, the verdict, and the plain word on prompting."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_up import predictions

from tunewright.artifacts import read_json
from tunewright.config.criterion_text import parse_criterion
from tunewright.config.schema.evaluation import Statistics
from tunewright.config.schema.hardware import Price
from tunewright.config.schema.suites import Limits
from tunewright.config.schema.task import Criterion, OutputContract
from tunewright.errors import EvaluationError
from tunewright.evaluation.chosen_rows import chosen_rows
from tunewright.evaluation.compare import check_same_rows, compared, prompting_suffices
from tunewright.evaluation.evidence import Evidence, measured_once, slices_named, with_further
from tunewright.evaluation.metrics import scores
from tunewright.evaluation.metrics.score import Score, proportion, ratios, shares
from tunewright.evaluation.predictions import Contestant, Prediction
from tunewright.evaluation.suites.judge import compare_suites, suite_scores
from tunewright.evaluation.suites.limits import limit_judgements
from tunewright.evaluation.suites.question import ItemScore
from tunewright.evaluation.verdict import Verdict, judge, read_verdict, write_verdict
from tunewright.proportions import wilson

STATISTICS = Statistics(bootstrap_samples=500)


def right(hits: int, n: int) -> dict[str, Score]:
    return {"accuracy": proportion([row < hits for row in range(n)])}


def decide(tuned: Any, base: Any = None, **criterion: Any) -> Verdict:
    wanted = Criterion(**{"metric": "accuracy", "min": 0.9, **criterion})
    return judge([wanted], Evidence({"tuned": tuned, "few_shot": base or {}}), STATISTICS)


def test_the_lower_bound_must_reach_the_minimum_not_the_value() -> None:
    passed = decide(right(98, 100))
    assert passed.accepted
    assert passed.criteria[0].low == wilson(98, 100, 0.95)[0]
    failed = decide(right(93, 100)).criteria[0]
    assert not failed.passed
    assert failed.value == 0.93 > failed.min > failed.low
    assert "only at least" in failed.reason
    plain = decide(right(50, 100)).criteria[0]
    assert not plain.passed
    assert plain.reason == "accuracy is 0.5000; 0.9 is asked"


def test_the_criterions_confidence_counts() -> None:
    assert not decide(right(95, 100), confidence=0.95).accepted
    assert decide(right(95, 100), confidence=0.8).accepted


def test_a_test_set_too_small_is_refused_with_the_number_of_rows() -> None:
    judged = decide(right(100, 100), min=0.98).criteria[0]
    assert not judged.passed
    assert judged.reason.startswith("needs 189 test rows, has 100")
    assert decide(right(189, 189), min=0.98).accepted
    assert "no test set can show 1" in decide(right(500, 500), min=1.0).criteria[0].reason


def test_a_difference_must_be_shown_on_the_same_rows() -> None:
    judged = decide(right(80, 100), right(40, 100), over="few_shot", min=0.25).criteria[0]
    assert judged.passed
    assert judged.value == pytest.approx(0.4)
    assert judged.low < 0.4 < judged.high
    assert not decide(right(45, 100), right(40, 100), over="few_shot", min=0.05).accepted
    assert not decide(right(40, 100), right(80, 100), over="few_shot", min=0.0).accepted


def test_a_difference_on_too_few_rows_is_refused() -> None:
    judged = decide(right(5, 5), right(0, 5), over="few_shot", min=0.5).criteria[0]
    assert not judged.passed
    assert judged.reason.startswith("needs 12 test rows, has 5")
    assert decide(right(12, 12), right(0, 12), over="few_shot", min=0.5).accepted


def test_no_worse_than_is_a_negative_minimum() -> None:
    assert decide(right(90, 200), right(90, 200), over="few_shot", min=-0.05).accepted


def test_length_has_no_perfect_score_to_refuse_by() -> None:
    tuned = {"length_ratio": ratios(np.random.default_rng(0).uniform(1, 3, 80).tolist())}
    assert decide(tuned, metric="length_ratio", min=1.5).accepted


def test_all_criteria_must_hold() -> None:
    tuned = {**right(99, 100), "macro_f1": shares([0.5] * 100)}
    verdict = judge(
        [Criterion(metric="accuracy", min=0.9), Criterion(metric="macro_f1", min=0.6)],
        Evidence({"tuned": tuned}),
        STATISTICS,
    )
    assert [judged.passed for judged in verdict.criteria] == [True, False]
    assert not verdict.accepted
    assert judge([], Evidence({"tuned": tuned}), STATISTICS) == Verdict(accepted=True, criteria=())


def test_a_metric_or_contestant_that_was_not_scored_is_an_error() -> None:
    with pytest.raises(EvaluationError, match="names chrf"):
        decide(right(9, 10), metric="chrf")
    with pytest.raises(EvaluationError, match="was not scored"):
        judge(
            [Criterion(metric="accuracy", min=0, over="zero_shot")],
            Evidence({"tuned": right(9, 10)}),
            STATISTICS,
        )


def test_verdict_as_json(tmp_path: Path) -> None:
    verdict = decide(right(98, 100))
    write_verdict(tmp_path / "acceptance.json", verdict)
    assert read_verdict(tmp_path / "acceptance.json") == verdict
    raw = read_json(tmp_path / "acceptance.json")
    assert raw["accepted"] is True
    assert {*raw["criteria"][0]} == {
        "metric", "over", "min", "max", "slice", "confidence",
        "value", "low", "high", "n", "unit", "passed", "reason", "limit", "strict",
    }  # fmt: skip


def suffices(tuned: dict[str, Score], zero: int, few: int, metrics: Any = ("accuracy",)) -> Any:
    return prompting_suffices(
        tuned,
        {"zero_shot": right(zero, 100), "few_shot": right(few, 100)},
        kind="classification",
        metrics=metrics,
        statistics=STATISTICS,
    )


def test_tuning_that_is_better_than_the_better_prompt() -> None:
    finding = suffices(right(90, 100), zero=10, few=50)
    assert not finding.suffices
    assert finding.contestant == "few_shot"
    assert finding.difference.value == pytest.approx(0.4)
    assert finding.sentence.startswith("The tuned model does better than prompting alone (with examples)")


def test_prompting_that_does_as_well_is_said_plainly() -> None:
    finding = suffices(right(52, 100), zero=50, few=10)
    assert finding.suffices
    assert finding.contestant == "zero_shot"
    assert "fine-tuning is not shown to be worth it" in finding.sentence


def test_tuning_that_is_worse_is_said_plainly() -> None:
    finding = suffices(right(30, 100), zero=80, few=10)
    assert finding.suffices
    assert "worse than prompting alone (without examples): do not use it" in finding.sentence


def test_length_decides_nothing() -> None:
    finding = suffices(right(90, 100), zero=10, few=50, metrics=("length_ratio", "accuracy"))
    assert finding.metric == "accuracy"


def test_contestants_must_have_answered_the_same_rows() -> None:
    one, other = predictions(["a", "b"], ["a", "b"]), predictions(["x", "y"], ["a", "b"])
    check_same_rows(one, other)
    with pytest.raises(EvaluationError, match="different rows"):
        check_same_rows(one, other[::-1])
    with pytest.raises(EvaluationError, match="different rows"):
        check_same_rows(one, other[:1])


def test_differences_of_all_common_metrics() -> None:
    gaps = compared({**right(60, 100), "only": shares([1.0] * 100)}, right(40, 100), STATISTICS)
    assert {*gaps} == {"accuracy"}
    assert gaps["accuracy"].difference.value == pytest.approx(0.2)
    assert gaps["accuracy"].difference.low > 0


def test_a_maximum_is_cleared_by_the_upper_bound() -> None:
    passed = decide(right(2, 100), min=None, max=0.1).criteria[0]
    assert passed.passed
    assert passed.high == wilson(2, 100, 0.95)[1]
    assert "at most 0.07" in passed.reason
    failed = decide(right(8, 100), min=None, max=0.1).criteria[0]
    assert not failed.passed
    assert failed.value == 0.08 < failed.max < failed.high
    assert "only at most" in failed.reason
    assert decide(right(20, 100), min=None, max=0.1).criteria[0].reason.endswith("0.1 is the most allowed")


def test_a_maximum_on_too_few_rows_is_refused_as_its_mirror_image() -> None:
    judged = decide(right(0, 100), min=None, max=0.02).criteria[0]
    assert not judged.passed
    assert judged.reason.startswith("needs 189 test rows, has 100")
    assert decide(right(0, 189), min=None, max=0.02).accepted
    paired = decide(right(0, 5), right(5, 5), over="few_shot", min=None, max=-0.5).criteria[0]
    assert paired.reason.startswith("needs 12 test rows, has 5")
    assert decide(right(0, 12), right(12, 12), over="few_shot", min=None, max=-0.5).accepted
    assert "no test set can show 0" in decide(right(0, 9), min=None, max=0.0).criteria[0].reason


def test_both_bounds_must_hold() -> None:
    tuned = {"length_ratio": ratios(np.random.default_rng(0).uniform(0.9, 1.1, 80).tolist())}
    assert decide(tuned, metric="length_ratio", min=0.9, max=1.1).accepted
    assert not decide(tuned, metric="length_ratio", min=0.5, max=0.9).accepted
    assert not decide(tuned, metric="length_ratio", min=1.1, max=2.0).accepted


def sliced(wanted: Criterion, references: list[str], answers: list[str], metas: list[dict[str, str]]) -> Any:
    """A criterion judged on made-up answers, each row with its meta fields."""
    tuned = [
        replace(row, meta=meta) for row, meta in zip(predictions(answers, references), metas, strict=True)
    ]
    base = [replace(row, answer="none") for row in tuned]
    answered: dict[Contestant, list[Prediction]] = {"tuned": tuned, "zero_shot": base}
    labels = OutputContract(labels=("Refund", "repair"))
    score = partial(scores, kind="classification", output=labels, custom={})
    evidence = Evidence(
        {who: score(rows) for who, rows in answered.items()}, slices_named([wanted], answered, score)
    )
    return judge([wanted], evidence, STATISTICS).criteria[0]


REFERENCES = ["Refund", "repair"] * 50
ANSWERS = ["refund", "refund"] * 50
METAS = [{"channel": "email"}, {"channel": "chat"}] * 50


def test_a_slice_counts_its_rows_alone() -> None:
    email = Criterion(metric="accuracy", min=0.9, slice={"meta.channel": "email"})
    judged = sliced(email, REFERENCES, ANSWERS, METAS)
    assert (judged.value, judged.n, judged.passed) == (1.0, 50, True)
    assert judged.low == wilson(50, 50, 0.95)[0]
    chat = sliced(email.model_copy(update={"slice": {"meta.channel": "chat"}}), REFERENCES, ANSWERS, METAS)
    assert (chat.value, chat.n, chat.passed) == (0.0, 50, False)
    over = email.model_copy(update={"over": "zero_shot", "min": 0.5})
    assert sliced(over, REFERENCES, ANSWERS, METAS).value == 1.0


def test_a_slice_goes_by_the_right_label_as_answers_do() -> None:
    refund = Criterion(metric="accuracy", min=0.9, slice={"label": "refund", "meta.channel": "email"})
    assert sliced(refund, REFERENCES, ANSWERS, METAS).n == 50
    both = refund.model_copy(update={"slice": {"label": "refund", "meta.channel": "chat"}})
    assert sliced(both, REFERENCES, ANSWERS, METAS).n == 0


def test_a_slice_with_too_few_rows_is_refused_with_the_number_of_rows() -> None:
    few = Criterion(metric="accuracy", min=0.95, slice={"meta.channel": "email"})
    judged = sliced(few, REFERENCES, ANSWERS, METAS)
    assert not judged.passed
    assert judged.reason.startswith("needs 73 test rows with meta.channel=email, has 50")


def test_a_slice_without_rows_names_the_nearest_value() -> None:
    none = Criterion(metric="accuracy", min=0.9, slice={"meta.channel": "emial"})
    judged = sliced(none, REFERENCES, ANSWERS, METAS)
    assert not judged.passed
    assert judged.value is judged.low is judged.high is None
    assert judged.reason == "no test row has meta.channel=emial; did you mean meta.channel=email?"
    people = [{"channel": f"emil {number}"} for number in range(100)]
    assert "did you mean" not in sliced(none, REFERENCES, ANSWERS, people).reason, "it may name people"


def test_a_slice_by_a_field_of_the_answer_compares_as_json_writes() -> None:
    rows = predictions(["x"] * 4, ['{"a": true}', '{"a": "true"}', '{"b": 1}', "no object"])
    assert [row.id for row in chosen_rows(rows, {"reference.a": "true"})] == ["r0", "r1"]
    assert [row.id for row in chosen_rows(rows, {"reference.b": "1"})] == ["r2"]


WAITS = {
    "requests": 8,
    "seconds_to_first_token": 0.25,
    "request_seconds_median": 1.5,
    "request_seconds_p95": 4.0,
    "seconds": 14.0,
}
TIMINGS = {
    "evaluate": {
        "seconds": 50.0,
        "tokens_per_second": 104.1,
        "peak_memory_mb": 2210.4,
        "latency": {"tuned": WAITS},
    },
    "train": {"seconds": 7200.0},
}


def measured(text: str, price: Price | None = None) -> Any:
    found = measured_once(TIMINGS, {"validation_loss_best": 0.148}, 25, price)
    wanted = Criterion(**parse_criterion(text))
    return judge([wanted], Evidence({}, measured=found), STATISTICS).criteria[0]


def test_what_is_measured_once_has_no_interval_and_says_so() -> None:
    passed = measured("seconds_per_answer <= 2")
    assert (passed.value, passed.unit, passed.passed) == (2.0, "s", True)
    assert passed.low is passed.high is passed.n is None
    assert passed.reason == "seconds_per_answer is 2 s; measured once, so there is no interval"
    failed = measured("tokens_per_second >= 200")
    assert not failed.passed
    assert "104.1 tokens/s; 200 is asked; measured once" in failed.reason
    assert not measured("validation_loss <= 0.1").passed
    assert not measured("peak_memory_mb <= 2000").passed
    assert measured("train_seconds <= 7200").passed
    assert measured("seconds_to_first_token <= 0.25").value == 0.25
    assert measured("request_seconds_median <= 1.5").value == 1.5
    assert not measured("request_seconds_p95 <= 3").passed


def test_cost_is_time_at_the_price_of_the_hardware() -> None:
    price = Price(amount=1.5, currency="EUR", date="2026-01-15", source="list")
    judged = measured("train_cost <= 2.99", price)
    assert (judged.value, judged.unit, judged.passed) == (3.0, "EUR", False)
    assert measured("cost_per_1000_answers <= 0.84", price).value == pytest.approx(1000 * 2 * 1.5 / 3600)
    with pytest.raises(EvaluationError, match="names train_cost, which was not scored"):
        measured("train_cost <= 3")


def items(metric: str, hits: int, n: int) -> list[ItemScore]:
    return [ItemScore(metric, str(row), "", float(row < hits), "", "", "") for row in range(n)]


def judged_with_suites(
    base: list[ItemScore], tuned: list[ItemScore], *acceptance: str, **limits: float | None
) -> Verdict:
    """The verdict where the task itself has no metric that fails."""
    tolerated = Limits(**limits)
    results = compare_suites(base, tuned, tolerated, STATISTICS)
    scored: Any = {"tuned": right(9, 10), "zero_shot": {}, "few_shot": {}}
    suites = {"zero_shot": suite_scores(base), "tuned": suite_scores(tuned)}
    wanted = [Criterion(**parse_criterion(text)) for text in acceptance]
    evidence = Evidence(with_further(scored, suites, prefix="suites."))
    return judge(wanted, evidence, STATISTICS, limit_judgements(results, tolerated, STATISTICS))


def test_a_criterion_on_a_suite_is_judged_by_the_bound_on_its_items() -> None:
    name = "regression.accuracy"
    good, worse = items(name, 180, 200), items(name, 168, 200)
    wanted = f"suites.{name} >= 0.8"
    verdict = judged_with_suites(good, worse, wanted, regression_max_loss=None)
    (found,) = verdict.criteria
    assert (found.value, found.low, found.n) == (0.84, wilson(168, 200, 0.95)[0], 200)
    assert not verdict.accepted and "on 200 items only at least" in found.reason
    assert judged_with_suites(good, good, wanted, regression_max_loss=None).accepted
    over = f"suites.{name} - base.suites.{name} >= -0.05"
    assert judged_with_suites(good, good, over, regression_max_loss=None).accepted
    found = judged_with_suites(good, worse, over, regression_max_loss=None).criteria[0]
    assert not found.passed and found.value == pytest.approx(-0.06)


def test_a_suite_of_few_items_is_refused_with_the_number_of_items() -> None:
    few = items("regression.accuracy", 10, 10)
    (found,) = judged_with_suites(
        few, few, "suites.regression.accuracy >= 0.9", regression_max_loss=None
    ).criteria
    assert found.reason.startswith("needs 35 items, has 10")


def test_a_limit_of_a_suite_is_part_of_the_verdict() -> None:
    good, bad = items("safety.refused", 30, 36), items("safety.refused", 6, 36)
    verdict = judged_with_suites(good, bad, "accuracy >= 0.5")
    assert [(found.metric, found.limit, found.passed) for found in verdict.criteria] == [
        ("accuracy", None, True),
        ("suites.safety.refused", "safety_max_loss", False),
    ]
    assert not verdict.accepted
    assert judged_with_suites(good, good, "accuracy >= 0.5").accepted
    assert judged_with_suites(good, bad, "accuracy >= 0.5", safety_max_loss=None).accepted, "shown only"
    assert judged_with_suites(good, bad, "accuracy >= 0.5", safety_max_loss=1.0).accepted


@pytest.mark.parametrize(
    ("metric", "before", "after", "told"),
    [
        ("regression.accuracy", 36, 0, ("zero_shot", -0.1, None, True)),
        ("edge_cases.right", 36, 0, (None, 0.8, None, True)),
        ("leakage.verbatim", 0, 36, ("zero_shot", None, 0.15, True)),
        ("leakage.personal_data", 0, 36, ("zero_shot", None, 0.0, False)),
        ("safety.refused", 36, 0, ("zero_shot", 0.0, None, False)),
        ("safety.over_refused", 0, 36, ("zero_shot", None, 0.0, False)),
        ("safety.toxic", 0, 36, ("zero_shot", None, 0.0, False)),
        ("bias.changed", 0, 36, (None, None, 0.1, True)),
        ("harness.arc_easy", 36, 0, ("zero_shot", -0.1, None, True)),
    ],
)
def test_every_limit_says_what_it_asks(metric: str, before: int, after: int, told: object) -> None:
    good, bad = items(metric, before, 36), items(metric, after, 36)
    (found,) = judged_with_suites(good, bad).criteria
    assert (found.over, found.min, found.max, found.strict) == told
    assert not found.passed and found.reason.endswith(f"(limits.{found.limit})")


def test_a_suite_that_was_not_asked_is_an_error_with_its_stages() -> None:
    with pytest.raises(EvaluationError, match="was not scored") as caught:
        judged_with_suites([], [], "suites.bias.changed <= 0.1")
    assert caught.value.fix == "dvc repro base_suites tuned_suites"
