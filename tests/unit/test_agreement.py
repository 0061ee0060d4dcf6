"""Agreement beyond chance: a published example, scikit-learn on anything, and what is not defined."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from tunewright.agreement import Agreement, agreements, cohen_kappa, light_kappa

VERDICTS = st.sampled_from(["first", "tie", "second"])


def test_kappa_of_cohens_own_example():
    """Table 1 of Cohen (1960), as counts of 200 rows: kappa .492."""
    table = {("a", "a"): 88, ("a", "b"): 14, ("a", "c"): 18, ("b", "a"): 10, ("b", "b"): 40, ("b", "c"): 10}
    table |= {("c", "a"): 2, ("c", "b"): 6, ("c", "c"): 12}
    pairs = [pair for pair, count in table.items() for _ in range(count)]
    one, other = zip(*pairs, strict=True)
    assert cohen_kappa(one, other) == pytest.approx(0.492, abs=5e-4)


@given(st.lists(st.tuples(VERDICTS, VERDICTS), min_size=1, max_size=40))
def test_kappa_is_that_of_scikit_learn(pairs):
    one, other = zip(*pairs, strict=True)
    found = cohen_kappa(one, other)
    if len({*one, *other}) == 1:
        assert found is None
        return
    assert found == pytest.approx(cohen_kappa_score(one, other), abs=1e-12)


def test_pairs_count_the_rows_that_both_judged_and_light_takes_their_mean():
    said = {
        "Ada": {"1": "a", "2": "b", "3": "a"},
        "Bo": {"1": "a", "2": "b", "4": "b"},
        "Cy": {"1": "b", "2": "b", "3": "a"},
        "Di": {"9": "a"},
    }
    found = agreements(said)
    assert [(one.first, one.second, one.rows, one.alike) for one in found] == [
        ("Ada", "Bo", 2, 2),
        ("Ada", "Cy", 3, 2),
        ("Bo", "Cy", 2, 1),
    ]
    assert light_kappa(found) == pytest.approx(math.fsum(one.kappa for one in found) / 3)
    undefined = Agreement("Ada", "Di", 1, 1, None)
    assert light_kappa((*found, undefined)) == light_kappa(found)
    assert light_kappa((undefined,)) is None
    assert light_kappa(()) is None
