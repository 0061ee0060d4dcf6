"""Paired tests against scipy, published examples, and their own promises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tunewright.config.schema.evaluation import Statistics
from tunewright.errors import EvaluationError
from tunewright.evaluation.metrics.score import proportion, shares
from tunewright.evaluation.paired import bootstrap_p, holm, mcnemar, paired, smallest_detectable

STATISTICS = Statistics(bootstrap_samples=1000)


@given(gained=st.integers(0, 3000), lost=st.integers(0, 3000))
@settings(max_examples=100, deadline=None)
def test_mcnemar_is_the_binomial_test_of_the_unlike_rows(gained: int, lost: int) -> None:
    expected = stats.binomtest(gained, gained + lost).pvalue if gained + lost else 1.0
    assert mcnemar(gained, lost) == pytest.approx(expected, rel=1e-9, abs=1e-300)
    assert mcnemar(gained, lost) == mcnemar(lost, gained)


def test_mcnemar_of_a_published_example() -> None:
    # Fagerland, Lydersen and Laake (2013), BMC Medical Research Methodology 13:91: airway
    # hyper-responsiveness before and after stem cell transplantation, 1 and 7 discordant pairs
    assert mcnemar(1, 7) == pytest.approx(0.0703, abs=5e-5)


def test_holm_of_a_worked_example() -> None:
    # p values .01, .04, .03, .005 of four hypotheses: .005*4, .01*3, .03*2, and .04 not below the one before
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []
    assert holm([0.9, 0.8]) == [1.0, 1.0]


@given(ps=st.lists(st.floats(0, 1), min_size=1, max_size=12), alpha=st.floats(0.001, 0.5))
@settings(max_examples=200, deadline=None)
def test_holm_rejects_what_the_step_down_procedure_rejects(ps: list[float], alpha: float) -> None:
    rejected = set()
    for rank, index in enumerate(sorted(range(len(ps)), key=lambda at: ps[at])):
        if ps[index] * (len(ps) - rank) > alpha:
            break
        rejected.add(index)
    assert {index for index, p in enumerate(holm(ps)) if p <= alpha} == rejected


def test_the_bootstrap_p_is_that_of_the_t_test_where_that_holds() -> None:
    random = np.random.default_rng(2)
    base = random.random(400)
    for shift in (0.0, 0.02, 0.03):
        tuned = base + random.normal(shift, 0.2, 400)
        found = paired(shares(tuned.tolist()), shares(base.tolist()), Statistics(bootstrap_samples=20_000))
        assert (found.test, found.gained, found.lost) == ("bootstrap", None, None)
        assert found.p == pytest.approx(stats.ttest_rel(tuned, base).pvalue, abs=0.015)


def test_chance_alone_is_called_a_difference_as_often_as_alpha_says() -> None:
    random = np.random.default_rng(4)
    called = 0
    for _ in range(400):
        first, second = random.random((2, 60))
        called += paired(shares(first.tolist()), shares(second.tolist()), STATISTICS).p <= 0.1
    assert 22 <= called <= 62  # 40 and nearly four standard deviations


def test_p_is_never_zero_and_of_equal_contestants_one() -> None:
    assert bootstrap_p(1.0, np.full(999, 1.0)) == 1 / 1000
    assert paired(shares([0.2, 0.9]), shares([0.2, 0.9]), STATISTICS).p == 1


def test_right_or_wrong_is_tested_by_mcnemar() -> None:
    first = proportion([True] * 8 + [False] * 2)
    second = proportion([True] * 3 + [False] * 6 + [True])
    found = paired(first, second, STATISTICS)
    assert (found.test, found.gained, found.lost) == ("mcnemar", 5, 1)
    assert found.p == mcnemar(5, 1)
    assert found.difference.value == pytest.approx(0.4)


def test_blooms_multiple() -> None:
    # Bloom (1995): a two-sided test at .05 with power .80 detects 2.80 standard errors
    assert smallest_detectable(1.0, Statistics()) == pytest.approx(2.80, abs=0.005)
    assert smallest_detectable(1.0, Statistics(power=0.9)) == pytest.approx(3.24, abs=0.005)


def test_a_difference_of_the_smallest_detectable_size_is_shown_with_the_power_that_is_said() -> None:
    random = np.random.default_rng(8)
    spread, rows, shown = 0.3, 120, 0
    true = smallest_detectable(spread / np.sqrt(rows), STATISTICS)
    for _ in range(200):
        base = random.random(rows)
        found = paired(
            shares((base + random.normal(true, spread, rows)).tolist()), shares(base.tolist()), STATISTICS
        )
        shown += found.difference.low > 0
        assert found.detectable == pytest.approx(true, rel=0.35)
    assert 143 <= shown <= 177  # 160 and three standard deviations


def test_more_rows_detect_less_and_equal_rows_detect_something() -> None:
    random = np.random.default_rng(0)
    few, many = (paired(shares(random.random(n)), shares(random.random(n)), STATISTICS) for n in (50, 800))
    assert many.detectable < few.detectable / 3
    alike = paired(proportion([True] * 60), proportion([True] * 60), STATISTICS)
    assert 0.03 < alike.detectable < 0.2


def test_no_rows_are_an_error() -> None:
    with pytest.raises(EvaluationError, match="no rows"):
        paired(shares([]), shares([]), STATISTICS)
