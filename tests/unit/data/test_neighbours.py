"""Rows that are nearly the same but for their numbers: kept, and told in counts and by a few places."""

import json
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.data.made import candidate
from tests.unit.data.test_prepare import prepared
from tunewright.config.schema.data import Fields
from tunewright.data import neighbours
from tunewright.data.candidate import normalise
from tunewright.data.card import Neighbours
from tunewright.data.duplicates import clusters
from tunewright.data.kept_pairs import kept_pairs
from tunewright.data.near_duplicates import band_keys
from tunewright.data.neighbours import count_neighbours, neighbour_groups
from tunewright.data.split import Member

LONG = "Hello, I ordered a kettle from your shop last week and it has still not arrived at my house"


def grouped(texts, threshold=0.8):
    """The name of each text's group of neighbours."""
    rows = [candidate(text, line=n) for n, text in enumerate(texts, start=1)]
    normal = [normalise(text) for text in texts]
    keys = band_keys(normal, threshold)
    names = clusters(rows, keys, lambda row: normal[row.number], threshold).names
    return neighbour_groups(rows, names, keys, lambda row: normal[row.number], threshold)


def parts(train, validation=(), test=()):
    """Splits of candidates that are all of one group of neighbours and of one cluster."""
    made = {"train": train, "validation": validation, "test": test}
    return {name: [Member(row, "c", "g") for row in rows] for name, rows in made.items()}


def test_equal_but_for_numbers_and_nearly_equal_but_for_numbers_are_neighbours():
    names = grouped(
        [
            "Where is order 4711?",
            "where is order 98.23",
            f"{LONG}, order 4711",
            f"{LONG}, please, order 4712",
            LONG,
            "Where is my order?",
            "What does the blender cost?",
        ]
    )
    assert names[0] == names[1] != ""
    assert "" != names[2] == names[3] == names[4] != names[0]
    assert names[5:] == ["", ""]


def test_the_same_numbers_make_no_neighbours_and_a_near_duplicate_joins_its_twin():
    assert grouped([f"{LONG}, order 4711", f"{LONG} now, order 4711"]) == ["", ""]
    names = grouped([f"{LONG}, order 4711", f"{LONG} now, order 4711", f"{LONG}, order 4712"])
    assert len(set(names)) == 1 and names[0]


FORMS = [LONG, "Where is order {}?", "Cancel {} and {}", f"{LONG} {{}}", f"Hi! {LONG} {{}}", "{} + {}", "Hi"]
texts = st.builds(
    lambda form, one, other: form.format(one, other),
    st.sampled_from(FORMS),
    st.integers(0, 3),
    st.integers(0, 3),
)


@given(st.lists(texts, max_size=30), st.randoms())
def test_groups_and_counts_do_not_depend_on_the_order(texts, random):
    def told(given):
        names = grouped(given)
        rows = [candidate(text, line=n) for n, text in enumerate(given, start=1)]
        members = [Member(row, "", name) for row, name in zip(rows, names, strict=True)]
        return dict(zip(given, names, strict=True)), count_neighbours(
            {"train": members, "validation": [], "test": []}
        )

    shuffled = list(texts)
    random.shuffle(shuffled)
    assert told(shuffled) == told(texts)
    names, found = told(texts)
    assert found.groups == len(set(names.values()) - {""})
    assert found.rows == sum(names[text] != "" for text in texts)


def test_rows_count_that_have_a_neighbour_among_those_kept():
    one, other = candidate("order 1"), candidate("order 2")
    assert count_neighbours(parts([one, one])) == Neighbours()
    assert count_neighbours(parts([one], [other])) == Neighbours(2, 1, 0)
    assert count_neighbours(parts([one], test=[one])) == Neighbours()
    assert count_neighbours(parts([one], [other], [one])) == Neighbours(3, 1, 0)
    assert count_neighbours(parts([one], [], [one, other, other])) == Neighbours(4, 1, 2)
    assert count_neighbours(parts([one, other], [], [one])) == Neighbours(3, 1, 1)


def test_a_form_filled_in_many_times_is_one_group_and_no_text_is_looked_at(monkeypatch):
    monkeypatch.setattr(neighbours, "runs", None)
    rows = [candidate(f"where is order {n}", line=n + 1) for n in range(500)]
    names = neighbour_groups(
        rows, [row.prompt_key for row in rows], np.zeros((500, 3), dtype=np.uint64), lambda _: "", 0.8
    )
    assert len(set(names)) == 1


def test_looks_at_texts_grow_with_the_rows_where_all_share_every_band():
    looked = {}
    for count in (100, 200):
        rows = [
            candidate(f"{''.join(Random(n).choices('abcdefgh', k=40))} {n}", line=n + 1) for n in range(count)
        ]
        asked = []
        neighbour_groups(
            rows,
            [row.prompt_key for row in rows],
            np.zeros((count, 21), dtype=np.uint64),
            lambda row, asked=asked: asked.append(row) or str(row.number),
            0.99,
        )
        looked[count] = len(asked)
    assert looked == {100: 100 * neighbours.LOOKS, 200: 200 * neighbours.LOOKS}


def test_pairs_of_each_kind_are_named_by_id_and_place_and_train_comes_first():
    rows = [
        candidate("order 1", "a", line=1),
        candidate("order 1", "b", line=2),
        candidate("order 2", "a", line=3),
        candidate("order one", "a", line=4),
    ]
    found = kept_pairs(parts(rows[:2], rows[2:3], rows[3:]))
    assert [(pair.kind, pair.ids, pair.splits) for pair in found] == [
        ("conflict", ("row-1", "row-2"), ("train", "train")),
        ("near conflict", ("row-2", "row-3"), ("train", "validation")),
        ("neighbours", ("row-1", "row-3"), ("train", "validation")),
    ]
    assert found[0].places == ("data/raw/rows.jsonl:1", "data/raw/rows.jsonl:2")


def test_at_most_three_pairs_of_a_kind_each_of_another_group():
    rows = [candidate(f"p{n // 3}", str(n), line=n + 1) for n in range(30)]
    found = kept_pairs({"train": [Member(row, row.prompt_key) for row in rows], "validation": [], "test": []})
    assert [pair.ids for pair in found] == [("row-1", "row-2"), ("row-4", "row-5"), ("row-7", "row-8")]


def rows_alike():
    """Forty rows that are unlike, a true near-duplicate, two neighbours, and two near conflicts."""
    words = Random(3)
    unlike = ["".join(words.choices("abcdefghijklm ", k=60)) for _ in range(40)]
    alike = {
        "first": (f"{LONG}, order 4711", "delivery"),
        "repeats": (f"{LONG}!!, order 4711", "delivery"),
        "twin": (f"{LONG} now, order 4711", "delivery"),
        "number": (f"{LONG}, order 4712", "delivery"),
        "x": ("the lid of my new kettle does not close at all, whatever I try x", "delivery"),
        "y": ("the lid of my new kettle does not close at all, whatever I try y", "returns"),
    }
    made = [{"id": f"u{n}", "prompt": text, "completion": "delivery"} for n, text in enumerate(unlike)]
    return [
        *made,
        *({"id": name, "prompt": text, "completion": label} for name, (text, label) in alike.items()),
    ]


@pytest.mark.parametrize("processes", [1, 2])
def test_prepare_counts_neighbours_and_conflicts_and_removes_neither(folder, processes):
    data = folder.data(rows_alike(), fields=Fields(id="id"))
    result = prepared(folder, data, processes=processes)
    card = result.card
    assert card.removed == {"duplicate": 1, "near-duplicate": 1}
    assert card.neighbours == Neighbours(2, 1, card.neighbours.tested)
    assert (card.conflicts, card.near_conflicts) == (0, 1)
    counts = card.counts()
    assert (counts["near_conflicts"], counts["neighbours"]) == (1, 2)
    assert {(pair.kind, frozenset(pair.ids)) for pair in card.kept_pairs} == {
        ("near conflict", frozenset("xy")),
        ("neighbours", frozenset({"first", "number"})),
    }
    standing = {row.id: name for name, rows in result.rows.items() for row in rows}
    for pair in card.kept_pairs:
        assert pair.splits == tuple(standing[name] for name in pair.ids)
        assert not any(text in json.dumps(pair.places) for text in ("kettle", "4711"))


def test_rows_that_are_unlike_in_more_than_numbers_are_none(folder):
    rows = [row for row in rows_alike() if row["id"] not in ("number", "x", "y")]
    card = prepared(folder, folder.data(rows, fields=Fields(id="id"))).card
    assert card.neighbours == Neighbours() and card.kept_pairs == ()
