"""Intervals against scipy, published numbers, and their own coverage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tunewright.config.schema.evaluation import Statistics
from tunewright.errors import EvaluationError
from tunewright.evaluation.metrics.score import difference, proportion, ratios, shares
from tunewright.evaluation.resampling import DRAWN_AT_ONCE, Difference, Statistic, Sums, mean_of, resampled
from tunewright.evaluation.statistics import bootstrap_interval
from tunewright.proportions import rows_needed, wilson

STATISTICS = Statistics(bootstrap_samples=2000)


@given(n=st.integers(1, 2000), share=st.floats(0, 1), confidence=st.sampled_from([0.8, 0.9, 0.95, 0.99]))
@settings(max_examples=60, deadline=None)
def test_wilson_agrees_with_scipy(n: int, share: float, confidence: float) -> None:
    successes = round(share * n)
    expected = stats.binomtest(successes, n).proportion_ci(confidence, method="wilson")
    assert wilson(successes, n, confidence) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_wilson_of_published_examples() -> None:
    # Newcombe (1998), Statistics in Medicine 17:857, table I, method 3
    assert wilson(81, 263, 0.95) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148, 0.95) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20, 0.95) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(1, 29, 0.95) == pytest.approx((0.0061, 0.1718), abs=5e-5)


def test_sixty_of_sixty_and_rows_without_a_fault() -> None:
    assert round(wilson(60, 60, 0.95)[0], 2) == 0.94
    assert rows_needed(0.98, 0.95, paired=False) == 189
    assert wilson(189, 189, 0.95)[0] >= 0.98 > wilson(188, 188, 0.95)[0]


@given(minimum=st.floats(-0.5, 0.995), confidence=st.floats(0.6, 0.995))
@settings(max_examples=60, deadline=None)
def test_rows_needed_is_the_fewest_that_a_perfect_result_needs(minimum: float, confidence: float) -> None:
    statistics = Statistics(confidence=confidence, bootstrap_samples=100)

    def reaches(n: int, *, paired: bool) -> bool:
        perfect, hopeless = shares([1.0] * n), shares([0.0] * n)
        interval = difference(perfect, hopeless, statistics) if paired else perfect.interval(statistics)
        return interval.low >= minimum - 1e-9

    for paired in (False, True):
        n = rows_needed(minimum, confidence, paired=paired)
        assert n is not None
        assert reaches(n, paired=paired)
        assert n == 1 or not reaches(n - 1, paired=paired)


def test_no_number_of_rows_shows_perfection() -> None:
    assert rows_needed(1.0, 0.95, paired=False) is None
    assert rows_needed(1.2, 0.95, paired=True) is None


def test_proportions_get_wilson() -> None:
    interval = proportion([True] * 45 + [False] * 15).interval(STATISTICS)
    assert interval.value == 0.75
    assert (interval.low, interval.high) == wilson(45, 60, 0.95)
    assert interval.n == 60


def test_bootstrap_agrees_with_scipy() -> None:
    rows = np.random.default_rng(3).beta(2, 1, size=120)
    ours = shares(rows.tolist()).interval(Statistics(bootstrap_samples=20_000))
    theirs = stats.bootstrap(
        (rows,), np.mean, n_resamples=20_000, method="percentile", rng=np.random.default_rng(1)
    ).confidence_interval
    assert ours.value == pytest.approx(rows.mean())
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=2e-3)


def test_paired_bootstrap_is_that_of_the_differences() -> None:
    random = np.random.default_rng(5)
    base = random.random(90)
    tuned = np.clip(base + random.normal(0.1, 0.05, 90), 0, 1)
    ours = difference(shares(tuned.tolist()), shares(base.tolist()), Statistics(bootstrap_samples=20_000))
    theirs = stats.bootstrap(
        (tuned - base,), np.mean, n_resamples=20_000, method="percentile", rng=np.random.default_rng(1)
    ).confidence_interval
    assert ours.value == pytest.approx((tuned - base).mean())
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=2e-3)
    unpaired = shares(base.tolist()).interval(STATISTICS)
    assert ours.high - ours.low < unpaired.high - unpaired.low, "pairing takes out the rows' own spread"


def test_more_confidence_means_wider() -> None:
    rows = np.random.default_rng(0).random(50).tolist()
    widths = [
        interval.high - interval.low
        for interval in (
            shares(rows).interval(Statistics(confidence=confidence)) for confidence in (0.6, 0.95, 0.99)
        )
    ]
    assert widths == sorted(widths)
    assert widths[0] < widths[1] < widths[2]


def test_same_rows_same_interval() -> None:
    rows = np.random.default_rng(0).random(50).tolist()
    assert shares(rows).interval(STATISTICS) == shares(rows).interval(STATISTICS)


def test_rows_that_all_score_one_are_no_certainty() -> None:
    interval = shares([1.0] * 60).interval(STATISTICS)
    assert (interval.low, interval.high) == pytest.approx(wilson(60, 60, 0.95))


def test_rows_that_all_score_alike_leave_room_on_both_sides() -> None:
    interval = shares([0.4] * 60).interval(STATISTICS)
    assert 0.3 < interval.low < 0.4 < interval.high < 0.5
    assert interval.value == pytest.approx(0.4)


def test_identical_contestants_differ_by_zero_but_not_surely() -> None:
    rows = np.random.default_rng(0).random(60).tolist()
    interval = difference(shares(rows), shares(rows), STATISTICS)
    unlike = 1 - wilson(60, 60, 0.95)[0]
    assert (interval.value, interval.low, interval.high) == pytest.approx((0, -unlike, unlike))


def test_everything_against_nothing() -> None:
    interval = difference(proportion([True] * 60), proportion([False] * 60), STATISTICS)
    unlike = 1 - wilson(60, 60, 0.95)[0]
    assert (interval.value, interval.low, interval.high) == pytest.approx((1, 1 - 2 * unlike, 1))


def test_ratios_have_room_above() -> None:
    interval = ratios([1.0] * 60).interval(STATISTICS)
    assert 0.9 < interval.low < 1 < interval.high < 1.1
    empty = ratios([0.0] * 60).interval(STATISTICS)
    assert empty.low == 0 < empty.high


def test_one_row_is_an_interval_too() -> None:
    interval = shares([0.7]).interval(STATISTICS)
    assert interval.low < 0.2
    assert interval.high > 0.9


def test_no_rows_are_an_error() -> None:
    for score in (shares([]), proportion([])):
        with pytest.raises(EvaluationError, match="no rows"):
            score.interval(STATISTICS)


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    random = np.random.default_rng(11)
    hits = {"bootstrap": 0, "wilson": 0}
    for _ in range(300):
        rows = random.beta(4, 2, size=60)
        interval = bootstrap_interval(mean_of(rows), 60, confidence=0.9, samples=300, bounds=(0, 1))
        hits["bootstrap"] += interval.low <= 4 / 6 <= interval.high
        truth = random.uniform(0.6, 0.98)  # of one value alone the coverage oscillates with the rows
        low, high = wilson(int(random.binomial(60, truth)), 60, 0.9)
        hits["wilson"] += low <= truth <= high
    assert 254 <= hits["bootstrap"] <= 286  # 270 and three standard deviations
    assert 254 <= hits["wilson"] <= 286


def test_ten_thousand_rows_are_resampled_in_parts() -> None:
    rows = np.random.default_rng(0).random(10_000)
    widest = 0

    def mean(sums: np.ndarray) -> np.ndarray:
        nonlocal widest
        widest = max(widest, len(sums))
        return sums[:, 0] / len(rows)

    scores = resampled(Statistic((Sums(rows[:, None]),), mean), len(rows), 1000)
    assert scores.shape == (1000,)
    assert widest * len(rows) <= DRAWN_AT_ONCE


def test_a_score_is_resampled_once_whoever_it_is_compared_with() -> None:
    random = np.random.default_rng(0)
    asked: list[str] = []

    def named(name: str) -> Statistic:
        rows = random.random(50)

        def mean(sums: np.ndarray) -> np.ndarray:
            asked.append(name)
            return sums[:, 0] / len(rows)

        return Statistic((Sums(rows[:, None]),), mean)

    tuned, base, other = map(named, ("tuned", "base", "other"))
    alone = resampled(tuned, 50, 100)
    for rival in (base, other):
        found = resampled(Difference(tuned, rival), 50, 100)
        assert (found == alone - resampled(rival, 50, 100)).all()
    assert asked == ["tuned", "base", "other"]
    assert not (resampled(tuned, 50, 200)[:100] != alone).any(), "more resamples are asked for by themselves"
    assert asked == ["tuned", "base", "other", "tuned"]


def test_sums_are_the_same_to_the_last_bit_whatever_the_order_of_adding() -> None:
    random = np.random.default_rng(0)
    rows = random.random(777) * 3
    draws = random.integers(0, 5, size=(40, 777)).astype(np.uint8)
    order = random.permutation(777)
    assert (Sums(rows[:, None]).of(draws) == Sums(rows[order][:, None]).of(draws[:, order])).all()
    plain = draws.astype(float) @ rows
    assert (plain != draws[:, order].astype(float) @ rows[order]).any(), "rounding is what makes them so"
    assert Sums(rows[:, None]).of(draws)[:, 0] == pytest.approx(plain, rel=1e-8)
