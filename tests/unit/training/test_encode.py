"""Rows as tokens: the mask, and what stops training before it starts."""

from __future__ import annotations

import pytest

from tunewright.data.rows import Message, Row
from tunewright.errors import TrainingError
from tunewright.models.chat import end_of_turn_ids
from tunewright.models.load import load_tokenizer
from tunewright.training.encode import (
    IGNORED,
    EncodedRow,
    FittedRow,
    check_labels,
    check_length,
    encode_rows,
)
from tunewright.training.result import BaseModel

from .conftest import make_rows


def test_only_the_answer_and_its_end_of_turn_are_trained(base: BaseModel) -> None:
    tokenizer = load_tokenizer(base.folder)
    row = Row("a", (Message("user", "where is it"), Message("assistant", "on its way")), "a", "x.jsonl")
    (encoded,) = encode_rows(tokenizer, [row], instructions="Be kind.", max_length=99, split="training").rows
    trained = [label for label in encoded.labels if label != IGNORED]
    assert tokenizer.decode(trained) == "on its way<|im_end|>"
    assert tokenizer.decode(encoded.input_ids).startswith(
        "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\n"
    )
    assert encoded.trained_tokens == len(trained)
    assert encoded.labels[-1] == end_of_turn_ids(tokenizer)[0]


def test_only_the_last_assistant_turn_is_trained(base: BaseModel) -> None:
    tokenizer = load_tokenizer(base.folder)
    turns = (
        Message("user", "a"),
        Message("assistant", "first"),
        Message("user", "b"),
        Message("assistant", "second"),
    )
    (encoded,) = encode_rows(
        tokenizer, [Row("a", turns, "a", "x")], instructions="", max_length=99, split="training"
    ).rows
    assert tokenizer.decode([label for label in encoded.labels if label != IGNORED]) == "second<|im_end|>"


def test_a_long_row_is_named_with_the_length_that_would_do(base: BaseModel) -> None:
    tokenizer = load_tokenizer(base.folder)
    rows = make_rows(8)
    whole = encode_rows(tokenizer, rows, instructions="", max_length=999, split="training")
    assert whole.lengths == tuple(map(len, whole.rows))
    longest = max(whole.lengths)
    with pytest.raises(TrainingError) as caught:
        encode_rows(tokenizer, rows, instructions="", max_length=longest - 1, split="training")
    (name,) = [row.id for row in whole.rows if len(row) == longest]
    assert f"1 of 8 training rows have more than method.max_length={longest - 1} tokens" in caught.value.what
    assert f"row {name} ({longest})" in caught.value.what
    assert f"method.max_length={longest}" in caught.value.fix


def test_many_long_rows_are_counted_and_a_few_named() -> None:
    rows = [FittedRow(EncodedRow(f"r{n}", (1,) * 9, (1,) * 9), 9, "refused") for n in range(12)]
    with pytest.raises(TrainingError, match=r"12 of 12 validation rows .* and 7 more"):
        check_length(rows, 8, "validation", "error")


def test_a_row_without_trained_tokens_is_named() -> None:
    fine = EncodedRow("fine", (1, 2, 3), (IGNORED, 2, 3))
    empty = EncodedRow("empty", (1, 2, 3), (IGNORED, IGNORED, IGNORED))
    with pytest.raises(TrainingError, match="no token is trained in 1 of 2 training rows: row empty"):
        check_labels([fine, empty], [3], "training")


def test_a_label_on_the_first_token_alone_trains_nothing() -> None:
    with pytest.raises(TrainingError, match="no token is trained"):
        check_labels([EncodedRow("first", (1, 2), (1, IGNORED))], [1], "training")


@pytest.mark.parametrize("labels", [(IGNORED, 2, 4), (IGNORED, 2, IGNORED)])
def test_a_row_that_does_not_train_to_stop_is_named(labels: tuple[int, ...]) -> None:
    with pytest.raises(TrainingError, match=r"end-of-turn token is not trained in 1 of 1 .*: row endless"):
        check_labels([EncodedRow("endless", (1, 2, 3), labels)], [3], "training")


def test_an_empty_split_is_an_error(base: BaseModel) -> None:
    with pytest.raises(TrainingError, match="there are no validation rows"):
        encode_rows(load_tokenizer(base.folder), [], instructions="", max_length=99, split="validation")
