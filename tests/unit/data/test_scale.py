"""What keeps a million rows within minutes and memory, held without a clock."""

import pickle
import tracemalloc
from random import Random
from string import ascii_lowercase

import numpy as np
import pytest

from tests.unit.data.made import candidate
from tests.unit.data.test_prepare import cleaned, prepared
from tunewright.config.schema.data import Fields
from tunewright.data import duplicates, near_duplicates
from tunewright.data.candidate import Candidate
from tunewright.data.duplicates import clusters, count_conflicts, remove_near_duplicates

BANDS = 3
BYTES_A_ROW = 680


def unlike(count):
    """Texts of which no two are alike."""
    return ["".join(Random(n).choices(ascii_lowercase, k=40)) for n in range(count)]


class Work:
    """Counts comparisons of texts, and how often a text is asked for."""

    def __init__(self, monkeypatch):
        self.compared = self.asked = 0
        compare = near_duplicates.jaccard

        def counted(one, other):
            self.compared += 1
            return compare(one, other)

        monkeypatch.setattr(near_duplicates, "jaccard", counted)
        monkeypatch.setattr(duplicates, "jaccard", counted)

    def text(self, texts):
        def asked(row):
            self.asked += 1
            return texts[row.number]

        return asked


@pytest.mark.parametrize("step", ["clusters", "removal"])
def test_comparisons_grow_with_the_rows_even_where_all_share_every_band(monkeypatch, step):
    monkeypatch.setattr(duplicates, "KEPT_COMPARED", 8)
    work, compared, asked = Work(monkeypatch), {}, {}
    for count in (60, 120):
        work.compared = work.asked = 0
        texts = unlike(count)
        rows = [candidate(text, line=n) for n, text in enumerate(texts, start=1)]
        ask = work.text(texts)
        if step == "clusters":
            found = clusters(rows, np.zeros((count, BANDS), dtype=np.uint64), ask, 0.8)
            assert len(set(found.names)) == count
            assert len(found.partly) == count - near_duplicates.COMPARED
        else:
            sieved = remove_near_duplicates(
                rows, ["one"] * count, lambda row, ask=ask: (ask(row), "yes"), 0.8, free_text=False
            )
            assert len(sieved.kept) == count
            assert len(sieved.partly) == count - 8
        compared[count], asked[count] = work.compared, work.asked
    assert 120 < compared[120] <= 2.2 * compared[60]
    assert asked[120] <= 2 * asked[60] <= 2 * 60 * BANDS


def test_which_rows_are_compared_does_not_depend_on_their_order():
    texts = unlike(40)
    rows = [candidate(text, line=n) for n, text in enumerate(texts, start=1)]
    keys = np.zeros((40, BANDS), dtype=np.uint64)
    one, other = (clusters(given, keys, lambda row: texts[row.number], 0.8) for given in (rows, rows[::-1]))
    assert one.partly == other.partly
    assert one.names == other.names[::-1]


def test_the_card_counts_rows_that_were_compared_with_some_alone(folder, monkeypatch):
    rows = [
        {"prompt": f"Where is the parcel that I sent to {name}?", "completion": "yes"} for name in unlike(40)
    ]
    card = prepared(folder, folder.data(rows)).card
    assert card.partly_compared == 0
    assert not any("look-alikes" in warning for warning in card.warnings)
    monkeypatch.setattr(near_duplicates, "COMPARED", 0)
    alike = [{"prompt": f"Where is the parcel that I have sent to {n % 9 + 1} people?"} for n in range(60)]
    alike = [
        {"prompt": f"{row['prompt']} {'please ' * (n // 9)}", "completion": "yes"}
        for n, row in enumerate(alike)
    ]
    card = prepared(folder, folder.data(alike)).card
    assert card.partly_compared > 0
    assert f"{card.partly_compared} rows have so many look-alikes" in " ".join(card.warnings)


def test_a_row_costs_little_memory_once_it_is_checked(folder):
    rows = [{"id": f"ticket-{n}", "prompt": f"question {n}", "completion": "yes"} for n in range(2000)]
    found = cleaned(folder, folder.data(rows, fields=Fields(id="id"))).candidates
    sent = pickle.dumps(found)
    tracemalloc.start()
    try:
        arrived = pickle.loads(sent)  # noqa: S301 - made here
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert arrived == found
    assert held / len(rows) < BYTES_A_ROW


def test_candidates_and_places_hold_no_dictionary():
    row = candidate("a")
    assert not hasattr(row, "__dict__")
    assert not hasattr(row.place, "__dict__")
    assert pickle.loads(pickle.dumps(row)) == row  # noqa: S301 - made here
    assert row.__reduce__()[1] == tuple(getattr(row, name) for name in Candidate.__slots__)


def test_conflicts_are_counted_once_a_prompt():
    rows = [candidate("p", answer) for answer in ("a", "b", "c", "a")]
    assert count_conflicts(rows) == 1
