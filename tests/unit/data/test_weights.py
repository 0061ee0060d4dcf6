"""How often a row counts: the weight on average, the same rows every time."""

import pytest

from tunewright.data.weights import repetitions

IDS = [f"row-{number}" for number in range(4000)]


@pytest.mark.parametrize("weight", [0.1, 0.5, 1.0, 1.25, 2.0, 3.7])
def test_the_mean_is_the_weight_and_no_row_is_far_from_it(weight):
    counts = [repetitions(name, weight, 0) for name in IDS]
    assert sum(counts) / len(counts) == pytest.approx(weight, abs=0.03)
    assert set(counts) <= {int(weight), int(weight) + 1}
    assert counts == [repetitions(name, weight, 0) for name in IDS]


def test_a_whole_weight_takes_every_row_alike():
    assert {repetitions(name, 2.0, seed) for name in IDS for seed in (0, 1)} == {2}


def test_another_seed_chooses_other_rows_and_a_higher_weight_keeps_what_a_lower_one_kept():
    chosen = {seed: {name for name in IDS if repetitions(name, 0.3, seed)} for seed in (0, 1)}
    assert chosen[0] != chosen[1]
    assert chosen[0] <= {name for name in IDS if repetitions(name, 0.4, 0)}
