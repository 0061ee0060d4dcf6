"""What became of each row, and McNemar's exact test against scipy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import predictions
from scipy.stats import binomtest

from tunewright.config.schema.evaluation import Statistics
from tunewright.errors import EvaluationError
from tunewright.evaluation.metrics.score import proportion, shares
from tunewright.evaluation.paired import mcnemar
from tunewright.evaluation.row_changes import row_changes

STATISTICS = Statistics(bootstrap_samples=500)


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_the_binomial_test_of_the_rows_that_differ(fixed: int, broken: int) -> None:
    wanted = binomtest(fixed, fixed + broken).pvalue if fixed + broken else 1.0
    assert mcnemar(fixed, broken) == pytest.approx(wanted, rel=1e-9)


def test_mcnemar_of_many_rows() -> None:
    assert mcnemar(0, 3000) == 0.0 or mcnemar(0, 3000) < 1e-300
    assert mcnemar(5000, 5000) == 1.0


def test_right_and_wrong() -> None:
    asked = predictions(["a"] * 4, ["a"] * 4)
    one, other = proportion([False, True, True, False]), proportion([True, False, True, False])
    found = row_changes("accuracy", asked, asked, one, other, STATISTICS)
    assert [row.outcome for row in found.rows] == ["fixed", "broken", "both_right", "both_wrong"]
    assert found.p_value == 1.0
    assert found.difference.value == 0.0


def test_grades_and_the_largest_move_first() -> None:
    asked = predictions(["a"] * 4, ["a"] * 4)
    one, other = shares([0.1, 0.2, 0.5, 0.5]), shares([0.2, 0.9, 0.4, 0.5])
    found = row_changes("chrf", asked, asked, one, other, STATISTICS)
    assert [row.outcome for row in found.rows] == ["better", "better", "worse", "unchanged"]
    assert [row.first.id for row in found.of("better")] == ["r1", "r0"]
    assert found.p_value is None
    assert found.difference.value == pytest.approx(0.175)


def test_other_rows_are_refused() -> None:
    asked = predictions(["a"] * 2, ["a"] * 2)
    score = proportion([True, True])
    with pytest.raises(EvaluationError, match="different rows"):
        row_changes("accuracy", asked, asked[::-1], score, score, STATISTICS)
