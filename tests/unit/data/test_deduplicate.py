import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.data.made import candidate, candidates
from tunewright.data.candidate import normalise
from tunewright.data.deduplicate import (
    count_conflicts,
    number_repeated_ids,
    reject_repeated_ids,
    remove_duplicates,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Where is it?", "  where\n\tIS it? "),
        ("Straße", "STRASSE"),
        ("ﬁne", "fine"),
        ("caf\u00e9", "cafe\u0301"),
        ("１２", "12"),
        ("α\u0345\u0301", "\u1fb4"),
        ("a\u00a0b", "a b"),
    ],
)
def test_normalise_overlooks_width_form_case_and_white_space(one, other):
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("one", "other"), [("3 + 4", "3 - 4"), ("order 12", "order 13"), ("a b", "ab"), ("é", "e")]
)
def test_normalise_keeps_what_differs(one, other):
    assert normalise(one) != normalise(other)


@given(st.text())
def test_normalising_twice_changes_nothing_more_and_case_and_form_do_not_count(text):
    once = normalise(text)
    assert normalise(once) == once
    assert normalise(unicodedata.normalize("NFD", text)) == once
    assert normalise(f" {text}\n") == once


def test_the_first_of_equal_rows_stays_and_the_others_name_it():
    rows = [candidate("Hi", "Yes", line=3), candidate("hi ", "yes", line=5), candidate("hi", "no", line=8)]
    kept, removed = remove_duplicates(rows)
    assert kept == [rows[0], rows[2]]
    assert [(str(row), row.place.line, row.duplicate) for row in removed] == [
        ("duplicate of data/raw/rows.jsonl:3", 5, True)
    ]


@given(candidates())
def test_no_row_is_lost_and_no_two_kept_rows_are_equal(rows):
    kept, removed = remove_duplicates(rows)
    assert sorted(row.place.line for row in [*kept, *removed]) == [row.place.line for row in rows]
    keys = [(row.prompt_key, row.answer_key) for row in kept]
    assert len(set(keys)) == len(keys)
    assert {(row.prompt_key, row.answer_key) for row in rows} == set(keys)
    assert remove_duplicates(kept) == (kept, [])


def test_conflicts_are_prompts_with_different_answers():
    rows = [
        candidate("hi", "yes"),
        candidate("Hi", "no"),
        candidate("HI", "maybe"),
        candidate("ho"),
        candidate("ho"),
    ]
    assert count_conflicts(rows) == 1


def test_the_second_row_of_an_id_is_rejected():
    rows = [
        candidate("a", name="x", line=1),
        candidate("b", name="y", line=2),
        candidate("c", name="x", line=3),
    ]
    kept, rejected = reject_repeated_ids(rows)
    assert kept == rows[:2]
    assert [(str(row), row.duplicate) for row in rejected] == [
        ("id is that of the row at data/raw/rows.jsonl:1", False)
    ]


def test_derived_ids_of_equal_rows_are_numbered():
    rows = [candidate("a", name=name) for name in ("x", "y", "x", "x")]
    assert [row.row.id for row in number_repeated_ids(rows)] == ["x", "y", "x-2", "x-3"]
