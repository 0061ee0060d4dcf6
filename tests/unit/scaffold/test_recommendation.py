"""What the answers to the decision questions speak for, as a table."""

from __future__ import annotations

from itertools import product

import pytest

from tunewright.config.recommendation import recommend

TUNE, PROMPT, RETRIEVE, BOTH = "fine-tuning", "prompting", "retrieval", "retrieval, then fine-tuning"


@pytest.mark.parametrize(
    ("need", "facts_change", "must_cite", "examples", "approach", "said"),
    [
        ("do", "rarely", False, 500, TUNE, []),
        ("do", "rarely", False, 50, TUNE, []),
        ("do", None, None, None, TUNE, []),
        ("do", "rarely", False, 49, PROMPT, ["Only 49 examples"]),
        ("do", "rarely", False, 0, PROMPT, ["no examples yet"]),
        ("do", "often", False, 500, BOTH, ["change often"]),
        ("do", "rarely", True, 500, BOTH, ["name their sources"]),
        ("do", "often", True, 10, BOTH, ["change often", "name their sources", "Only 10"]),
        ("know", "rarely", False, 500, RETRIEVE, ["KNOW something new"]),
        ("know", "often", True, 500, RETRIEVE, ["KNOW something new", "change often", "name their sources"]),
        ("know", "rarely", False, 3, RETRIEVE, ["KNOW something new", "Only 3"]),
        ("know", None, None, None, RETRIEVE, ["KNOW something new"]),
    ],
)
def test_recommendation(
    need: str,
    facts_change: str | None,
    must_cite: bool | None,
    examples: int | None,
    approach: str,
    said: list[str],
) -> None:
    found = recommend(need, facts_change, must_cite, examples)
    assert found.approach == approach
    assert len(found.reasons) == len(said)
    for reason, words in zip(found.reasons, said, strict=True):
        assert words in reason


def test_every_combination_has_an_answer_and_a_first_step() -> None:
    seen = set()
    for answers in product(
        ("do", "know"), ("rarely", "often", None), (True, False, None), (0, 49, 50, 10**6, None)
    ):
        found = recommend(*answers)
        seen.add(found.approach)
        assert found.headline.endswith(".") and found.try_first.endswith(".")
        assert bool(found.reasons) == (found.approach != TUNE), answers
    assert seen == {TUNE, PROMPT, RETRIEVE, BOTH}
