import unicodedata
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.data.made import candidate, candidates
from tunewright.data.candidate import normalise
from tunewright.data.duplicates import (
    clusters,
    count_conflicts,
    count_near_conflicts,
    number_repeated_ids,
    reject_repeated_ids,
    remove_duplicates,
    remove_near_duplicates,
)
from tunewright.data.near_duplicates import band_keys, bands, jaccard, runs


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


def test_near_conflicts_are_clusters_of_unlike_prompts_with_different_answers():
    rows = {
        "same prompt": [candidate("p", "a"), candidate("p", "b")],
        "same answer": [candidate("q", "a"), candidate("qq", "a")],
        "both differ": [candidate("r", "a"), candidate("rr", "b"), candidate("rrr", "a")],
        "apart": [candidate("s", "a"), candidate("s", "b"), candidate("ss", "a")],
    }
    assert count_near_conflicts((name, row) for name, several in rows.items() for row in several) == 2


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
    assert [row.id for row in number_repeated_ids(rows)] == ["x", "y", "x-2", "x-3"]


LONG = "Hello, I ordered a kettle from your shop last week and it has still not arrived at my house"


def near(texts, answers=None, *, free_text=False, frozen=(), threshold=0.8):
    """The clusters of prompts, and what is removed of them: line -> reason."""
    answers = answers or ["yes"] * len(texts)
    rows = [
        candidate(text, answer, line=n)
        for n, (text, answer) in enumerate(zip(texts, answers, strict=True), start=1)
    ]
    keys = band_keys([normalise(text) for text in texts], threshold)
    names = clusters(rows, keys, lambda row: normalise(texts[row.number]), threshold).names
    sieved = remove_near_duplicates(
        rows,
        names,
        lambda row: (normalise(texts[row.number]), normalise(answers[row.number])),
        threshold,
        free_text=free_text,
        frozen={rows[index].prompt_key: (rows[index].answer_key,) for index in frozen},
    )
    assert len(sieved.kept) + len(sieved.removed) == len(rows)
    return names, {row.place.line: str(row) for row in sieved.removed}


def test_a_near_duplicate_is_removed_and_names_what_stays_and_how_alike_they_are():
    names, removed = near([LONG, "What does the blender cost?", LONG + "!", LONG.replace("week", "weak")])
    assert names[0] == names[2] == names[3] != names[1]
    assert removed.keys() == {3, 4}
    assert removed[3] == "near-duplicate of data/raw/rows.jsonl:1 (likeness 0.99)"


def test_other_numbers_and_other_answers_are_neighbours_and_stay():
    texts = [f"{LONG}, order 4711", f"{LONG}, order 4712", f"{LONG}, order 4711."]
    names, removed = near([*texts, f"{texts[0]} please"])
    assert names[0] == names[2] == names[3] != names[1]
    assert removed.keys() == {3, 4}
    names, removed = near(texts, ["yes", "yes", "no"])
    assert names[0] == names[2]
    assert removed == {}


def test_free_text_answers_may_be_nearly_the_same_but_not_their_numbers():
    texts = [LONG, LONG + "!", LONG + "?"]
    answers = [f"{LONG} yes", f"{LONG} yes.", f"{LONG} yes, within 3 days"]
    assert near(texts, answers)[1] == {}
    assert near(texts, answers, free_text=True)[1].keys() == {2}


def test_a_frozen_row_stays_before_an_earlier_one():
    assert near([LONG, LONG + " now"], frozen=[1])[1].keys() == {1}


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.8, 0.9])
def test_pairs_above_the_threshold_are_found_and_pairs_below_are_told_apart(threshold):
    random = Random(1)
    words = ["".join(random.choices("abcdefgh", k=6)) for _ in range(400)]
    pairs = []
    for n in range(400):
        share = n / 800
        text = random.sample(words, 30)
        other = [random.choice(words) if random.random() < share else word for word in text]
        pairs.append((" ".join(text), " ".join(other)))
    truth = [jaccard(runs(one), runs(other)) >= threshold for one, other in pairs]
    assert 0.02 < sum(truth) / len(truth) < 0.98
    names, _ = near([text for pair in pairs for text in pair], threshold=threshold)
    found = [names[2 * n] == names[2 * n + 1] for n in range(len(pairs))]
    missed = sum(yes and not seen for yes, seen in zip(truth, found, strict=True))
    assert missed <= 0.02 * sum(truth)
    assert not any(seen and not yes for yes, seen in zip(truth, found, strict=True))


def test_bands_find_pairs_at_the_threshold():
    for threshold in (0.5, 0.6, 0.7, 0.8, 0.9, 0.95):
        count, rows = bands(threshold)
        assert count * rows <= 128
        assert 1 - (1 - threshold**rows) ** count >= 0.99 or rows == 1


@given(st.lists(st.text(max_size=20), max_size=30), st.randoms())
def test_clusters_do_not_depend_on_the_order(texts, random):
    names = dict(zip(texts, near(texts)[0], strict=True))
    shuffled = list(texts)
    random.shuffle(shuffled)
    assert dict(zip(shuffled, near(shuffled)[0], strict=True)) == names


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("it's late, isn't it?", "it s late isn t it", True),
        ("costs 1.5 kg", "costs 15 kg", False),
        ("2026-11-24", "20261124", False),
        ("C++", "C", False),
        ("???", "!!!", False),
    ],
)
def test_punctuation_does_not_count_but_in_numbers(one, other, same):
    assert (candidate(one).prompt_key == candidate(other).prompt_key) == same
