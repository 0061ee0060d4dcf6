"""Outliers in length: robust, by source, and none where lengths say nothing."""

import math
from dataclasses import replace

import pytest

from tests.unit.data.made import candidate
from tunewright.data.cleaning.outliers import LEAST_ROWS, length_outliers


def rows(lengths, file="a.jsonl", first=0):
    made = (candidate("p", line=first + n, file=file) for n in range(1, len(lengths) + 1))
    return [
        replace(row, prompt_length=100, answer_length=length)
        for row, length in zip(made, lengths, strict=True)
    ]


USUAL = [80 + 40 * (n % 7) for n in range(LEAST_ROWS)]


@pytest.mark.parametrize("share", [0.02, 0.3])
def test_many_outliers_do_not_hide_each_other(share):
    far = [100_000] * round(share * len(USUAL))
    found = length_outliers(rows([*USUAL, *far, 1]), 5.0, answers=True)
    assert found == set(range(len(USUAL), len(USUAL) + len(far) + 1))


def test_the_limit_is_in_standard_deviations_of_the_logarithm():
    spread = [round(1000 * math.exp(0.1 * (n % 21 - 10))) for n in range(210)]
    deviation = 1.4826 * 0.5
    for sigmas, is_found in ((4.8, False), (5.3, True)):
        length = round(1000 * math.exp(sigmas * deviation))
        assert bool(length_outliers(rows([*spread, length]), 5.0, answers=True)) is is_found


def test_each_source_has_its_own_median():
    short, long = rows(USUAL), rows([length * 500 for length in USUAL], "b.jsonl", first=len(USUAL))
    assert length_outliers([*short, *long], 5.0, answers=True) == set()


@pytest.mark.parametrize(("length", "is_found"), [(250, False), (350, True)])
def test_an_outlier_is_three_times_as_long_at_least(length, is_found):
    alike = [100 + n % 3 for n in range(60)]
    assert bool(length_outliers(rows([*alike, length]), 5.0, answers=True)) is is_found


@pytest.mark.parametrize("lengths", [[*USUAL[1:-1], 99_999], [*[7] * 60, *USUAL[:10], 99_999]])
def test_few_rows_or_mostly_equal_ones_have_none(lengths):
    assert length_outliers(rows(lengths), 5.0, answers=True) == set()


def test_answers_count_only_where_they_are_free_text():
    made = rows([*USUAL, 99_999])
    assert length_outliers(made, 5.0, answers=False) == set()
    long = [replace(row, prompt_length=row.answer_length) for row in made]
    assert length_outliers(long, 5.0, answers=False) == {len(USUAL)}
