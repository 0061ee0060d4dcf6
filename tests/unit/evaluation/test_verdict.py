"""Criteria, the verdict, and the plain word on prompting."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_up import predictions

from tunewright.artifacts import read_json
from tunewright.config.schema.evaluation import Statistics
from tunewright.config.schema.task import Criterion
from tunewright.errors import EvaluationError
from tunewright.evaluation.compare import check_same_rows, differences, prompting_suffices
from tunewright.evaluation.evidence import Evidence
from tunewright.evaluation.metrics.score import Score, proportion, ratios, shares
from tunewright.evaluation.statistics import wilson
from tunewright.evaluation.verdict import Verdict, judge, read_verdict, write_verdict

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
        "value", "low", "high", "n", "unit", "passed", "reason",
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
    gaps = differences({**right(60, 100), "only": shares([1.0] * 100)}, right(40, 100), STATISTICS)
    assert {*gaps} == {"accuracy"}
    assert gaps["accuracy"].value == pytest.approx(0.2)
    assert gaps["accuracy"].low > 0
