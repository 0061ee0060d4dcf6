"""The few-shot contestant: drawn from training rows alone, the same each time, never shrunk in silence."""

from __future__ import annotations

from typing import Any

import pytest
from made_up import make_rows

from tunewright.config.schema.evaluation import FewShot
from tunewright.data.rows import Message, Row
from tunewright.errors import EvaluationError
from tunewright.evaluation.few_shot import check_examples_fit, draw_examples, few_shot_prompt
from tunewright.models.chat import encode_prompt

TRAIN = make_rows(40, name="train")
TEST = make_rows(5, name="test")


def test_draw_depends_on_seed_alone() -> None:
    drawn = draw_examples(TRAIN, FewShot(k=4, seed=0))
    assert draw_examples(TRAIN[::-1], FewShot(k=4, seed=0)) == drawn
    assert {row.id for row in draw_examples(TRAIN, FewShot(k=4, seed=1))} != {row.id for row in drawn}
    assert {row.id for row in drawn} <= {row.id for row in draw_examples(TRAIN, FewShot(k=8, seed=0))}
    lengths = [len(row.messages[1].content) for row in drawn]
    assert lengths == sorted(lengths)


def test_too_few_training_rows_are_an_error() -> None:
    with pytest.raises(EvaluationError, match="asks for 41 examples, but there are 40"):
        draw_examples(TRAIN, FewShot(k=41))


def test_examples_are_earlier_turns_under_the_rows_own_system_turn() -> None:
    prompt = few_shot_prompt(TEST[0], TRAIN[:2])
    assert [turn.role for turn in prompt] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert prompt[0] == TEST[0].messages[0]
    assert prompt[1:3] == TRAIN[0].messages[1:]
    assert prompt[-1] == TEST[0].messages[1]


def test_rows_without_system_turn_get_none() -> None:
    row = Row("a", (Message("user", "x"), Message("assistant", "y")), "a", "s")
    assert [turn.role for turn in few_shot_prompt(row, TRAIN[:1])] == ["user", "assistant", "user"]


def test_examples_that_do_not_fit_are_refused_with_the_number_that_does(tokenizer: Any) -> None:
    examples = draw_examples(TRAIN, FewShot(k=4))

    def longest(count: int) -> int:
        return max(len(encode_prompt(tokenizer, few_shot_prompt(row, examples[:count]))) for row in TEST)

    check_examples_fit(tokenizer, TEST, examples, None)
    check_examples_fit(tokenizer, TEST, examples, longest(4))
    with pytest.raises(EvaluationError, match="the shortest 3 would fit"):
        check_examples_fit(tokenizer, TEST, examples, longest(4) - 1)
    with pytest.raises(EvaluationError, match="the shortest 1 would fit"):
        check_examples_fit(tokenizer, TEST, examples, longest(1))
    with pytest.raises(EvaluationError, match="not one of them fits"):
        check_examples_fit(tokenizer, TEST, examples, longest(1) - 1)
