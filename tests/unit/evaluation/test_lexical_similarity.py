"""BM25 against its formula, and on texts of several scripts."""

from __future__ import annotations

import math

import pytest

from tunewright.evaluation.lexical_similarity import K1, B, Bm25, words

TEXTS = ["the cat sat on the mat", "the dog", "a cat and a dog and a cat", ""]


def by_formula(query: str, text: str) -> float:
    """The sum over the query's words as the paper writes it."""
    split = [one.split() for one in TEXTS]
    average = sum(map(len, split)) / len(split)
    score = 0.0
    for word in query.split():
        having = sum(word in one for one in split)
        rarity = math.log(1 + (len(TEXTS) - having + 0.5) / (having + 0.5))
        count = text.split().count(word)
        score += rarity * count * (K1 + 1) / (count + K1 * (1 - B + B * len(text.split()) / average))
    return score


@pytest.mark.parametrize(
    "query", ["cat", "the dog", "cat dog", "cat cat cat dog", "a a cat", "on the", "nothing of it", ""]
)
def test_the_order_is_that_of_the_formula(query: str) -> None:
    expected = sorted(range(len(TEXTS)), key=lambda place: (-by_formula(query, TEXTS[place]), place))
    assert Bm25(TEXTS).nearest(query, 4) == expected
    assert Bm25(TEXTS).nearest(query, 2) == expected[:2]


def test_words_of_several_scripts() -> None:
    assert [*words("Where's order 42? ÄRGER")] == ["where", "s", "order", "42", "ärger"]
    assert [*words("订单没到 ok")] == ["订单", "单没", "没到", "ok"]
    assert [*words("iPhone订单")] == ["iphone", "订单"]
    assert Bm25(["退款", "我的订单在哪里", "refund"]).nearest("订单没到", 1) == [1]


def test_no_texts_no_nearest() -> None:
    assert Bm25([]).nearest("x", 3) == []
