"""The few-shot contestant: drawn from training rows alone, the same each time, never shrunk in silence."""

from __future__ import annotations

from typing import Any

import pytest
from made_up import make_rows

from tunewright.config.schema.evaluation import FewShot
from tunewright.data.rows import Message, Row
from tunewright.errors import EvaluationError
from tunewright.evaluation.few_shot import (
    check_examples_fit,
    choose_examples,
    draw_examples,
    few_shot_prompt,
)
from tunewright.models.chat import encode_prompt

TRAIN = make_rows(40, name="train")
TEST = make_rows(5, name="test")


def test_draw_depends_on_seed_alone() -> None:
    drawn = draw_examples(TRAIN, FewShot(k=4, seed=0))
    assert draw_examples(TRAIN[::-1], FewShot(k=4, seed=0)) == drawn
    assert {row.id for row in draw_examples(TRAIN, FewShot(k=4, seed=1))} != {row.id for row in drawn}
    assert {row.id for row in drawn} <= {row.id for row in draw_examples(TRAIN, FewShot(k=8, seed=0))}
    for seed in range(5):
        lengths = [len(row.messages[1].content) for row in draw_examples(TRAIN, FewShot(k=8, seed=seed))]
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

    check_examples_fit(tokenizer, TEST, [examples] * len(TEST), None)
    check_examples_fit(tokenizer, TEST, [examples] * len(TEST), longest(4))
    with pytest.raises(EvaluationError, match="the shortest 3 would fit"):
        check_examples_fit(tokenizer, TEST, [examples] * len(TEST), longest(4) - 1)
    with pytest.raises(EvaluationError, match="the shortest 1 would fit"):
        check_examples_fit(tokenizer, TEST, [examples] * len(TEST), longest(1))
    with pytest.raises(EvaluationError, match="not one of them fits"):
        check_examples_fit(tokenizer, TEST, [examples] * len(TEST), longest(1) - 1)


def question(name: str, text: str) -> Row:
    return Row(name, (Message("user", text), Message("assistant", "x")), name, "s")


NEAR = [
    question("kettle", "The kettle leaks on the table"),
    question("parcel", "My parcel has not come yet"),
    question("late", "The parcel came a week late"),
    question("bill", "Why was I billed twice?"),
]


def test_nearest_examples_are_each_rows_own_the_nearest_last() -> None:
    rows = [question("a", "Where is my parcel?"), question("b", "kettle leaks, KETTLE smells")]
    chosen = choose_examples(NEAR, rows, FewShot(k=2, by="nearest"))
    assert [row.id for row in chosen[0]] == ["late", "parcel"]
    assert chosen[1][-1].id == "kettle"
    assert choose_examples(NEAR[::-1], rows, FewShot(k=2, by="nearest")) == chosen
    assert choose_examples([*NEAR, *NEAR], rows, FewShot(k=2, by="nearest")) == chosen, (
        "repeated rows count once"
    )


def test_near_is_what_the_user_says_not_what_instructions_or_answers_say() -> None:
    said = Message("assistant", "parcel parcel"), Message("user", "And now?"), Message("assistant", "x")
    turns = (Message("system", "parcel parcel parcel"), Message("user", "hm"), *said)
    train = [Row("answered", turns, "answered", "s"), question("asked", "My parcel has not come at all yet")]
    (chosen,) = choose_examples(train, [question("a", "parcel")], FewShot(k=1, by="nearest"))
    assert [row.id for row in chosen] == ["asked"]
    told = Message("system", NEAR[0].prompt[0].content)
    row = Row("a", (told, *question("a", "parcel").messages), "a", "s")
    (chosen,) = choose_examples(NEAR, [row], FewShot(k=2, by="nearest"))
    assert {row.id for row in chosen} == {"parcel", "late"}


def test_equally_near_examples_go_by_the_draw() -> None:
    rows = [question("a", "zzz")]
    by_seed = {
        seed: [row.id for row in choose_examples(TRAIN, rows, FewShot(k=3, by="nearest", seed=seed))[0]]
        for seed in (0, 1)
    }
    assert by_seed[0] != by_seed[1]
    drawn = {row.id for row in draw_examples(TRAIN, FewShot(k=3, seed=0))}
    assert set(by_seed[0]) == drawn


def test_drawn_examples_are_the_same_for_all_rows() -> None:
    chosen = choose_examples(TRAIN, TEST, FewShot(k=4))
    assert chosen == [draw_examples(TRAIN, FewShot(k=4))] * len(TEST)
    with pytest.raises(EvaluationError, match="asks for 5 examples, but there are 4"):
        choose_examples(NEAR, TEST, FewShot(k=5, by="nearest"))


def test_the_longest_of_unlike_prompts_is_the_one_that_must_fit(tokenizer: Any) -> None:
    rows = [question("short", "a b"), question("long", "The kettle leaks")]
    examples = choose_examples(NEAR, rows, FewShot(k=2, by="nearest"))

    def length(place: int, count: int) -> int:
        return len(encode_prompt(tokenizer, few_shot_prompt(rows[place], examples[place][-count:])))

    longest = max(length(0, 2), length(1, 2))
    check_examples_fit(tokenizer, rows, examples, longest, "nearest")
    with pytest.raises(EvaluationError, match="the nearest 1 would fit") as caught:
        check_examples_fit(tokenizer, rows, examples, max(length(0, 1), length(1, 1)), "nearest")
    assert f"tokens (row {rows[length(1, 2) > length(0, 2)].id})" in str(caught.value)
