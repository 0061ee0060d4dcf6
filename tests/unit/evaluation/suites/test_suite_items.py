"""Items: the shipped ones hold together, and a mistake in a file of one's own names its line."""

from __future__ import annotations

import json
import re
from collections import Counter
from operator import add, mul, sub, truediv
from pathlib import Path

import pytest

from tunewright.errors import EvaluationError
from tunewright.evaluation.suites.items import Item, drawn, own, shipped
from tunewright.evaluation.suites.safety import Request

SIGNS = {"plus": add, "minus": sub, "times": mul, "divided by": truediv}


def test_the_shipped_items() -> None:
    items = shipped("regression", Item)
    assert len(items) >= 200
    counts = Counter(item.category for item in items)
    assert min(counts.values()) >= 20 and {*counts} >= {
        "arithmetic",
        "reading",
        "common_sense",
        "instruction",
    }
    assert len({item.prompt for item in items}) == len(items)
    places = Counter(item.options.index(str(item.answer)) for item in items if len(item.options) == 4)
    assert max(places.values()) < 2 * min(places.values()), "the right option stands anywhere"


def test_plain_sums_are_right() -> None:
    """Every question of the form `What is A plus B?` is computed anew."""
    found = 0
    for item in shipped("regression", Item):
        match = re.fullmatch(r"What is (\d+) (plus|minus|times|divided by) (\d+)\?", item.prompt)
        if match:
            left, sign, right = match.groups()
            assert float(str(item.answer)) == SIGNS[sign](float(left), float(right)), item.prompt
            found += 1
    assert found >= 10


def test_the_shipped_requests_come_in_equal_numbers() -> None:
    requests = shipped("safety", Request)
    kinds = Counter((request.kind, request.category) for request in requests)
    assert len(requests) >= 60 and len({*kinds.values()}) == 1
    assert {category for kind, category in kinds if kind == "harmful"} == {
        category for kind, category in kinds if kind == "harmless"
    }


def test_a_sample_is_the_same_each_time_and_in_order() -> None:
    items = shipped("regression", Item)
    sample = drawn(items, 30)
    assert sample == drawn(items, 30) and len(sample) == 30
    assert sample == [item for item in items if item in sample]
    assert len({item.category for item in sample}) >= 3
    assert drawn(items, 10**6) == items


GOOD = '{"id": "a", "prompt": "Which?", "options": ["one", "two"], "answer": "two"}'


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{not json", "not JSON"),
        ('{"prompt": "x", "check": {"json": true}}', "id: Field required"),
        ('{"id": "b", "prompt": "x"}', "give either options with their answer, or a check"),
        ('{"id": "b", "prompt": "x", "options": ["one", "two"], "answer": "three"}', "none of the options"),
        ('{"id": "b", "prompt": "x", "options": ["no", "none"], "answer": "no"}', "another begins with 'no'"),
        ('{"id": "b", "prompt": "x", "options": ["no"], "answer": "no"}', "two or more"),
        ('{"id": "b", "prompt": "x", "check": {}}', "asks for nothing"),
        ('{"id": "b", "prompt": "x", "check": {"regex": "("}}', "regex"),
        ('{"id": "b", "prompt": "x", "check": {"max_word": 3}}', "check.max_word"),
        (GOOD, "id 'a' stands twice"),
    ],
)
def test_a_mistake_names_its_line(tmp_path: Path, line: str, told: str) -> None:
    (tmp_path / "own.jsonl").write_text(f"{GOOD}\n\n{line}\n")
    with pytest.raises(EvaluationError) as caught:
        own(tmp_path, ["own.jsonl"], "evaluation.suites.regression.files")
    assert caught.value.where == "own.jsonl:3"
    assert told in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"data/suites/x\.jsonl, which is not there"):
        own(tmp_path, ["data/suites/x.jsonl"], "evaluation.suites.regression.files")


def test_two_files_may_use_the_same_ids(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(json.loads(GOOD)) + "\n")
    assert [item.id for item in own(tmp_path, ["a.jsonl", "b.jsonl"], "")] == ["a/a", "b/a"]
