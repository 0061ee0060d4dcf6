"""Rows with more than `max_length` tokens: refused, left out or cut, and never without a word."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.data.tool_rows import made_row
from tunewright.data.rows import Message, Row, with_tools
from tunewright.errors import TrainingError
from tunewright.models.load import load_tokenizer
from tunewright.training.encode import IGNORED, EncodedSplit, encode_rows, fit_row
from tunewright.training.lengths import token_lengths
from tunewright.training.result import BaseModel

from .conftest import Train, make_method, make_rows


@pytest.fixture(scope="module")
def tokenizer(base: BaseModel) -> Any:
    return load_tokenizer(base.folder)


def talk(*texts: str, system: str = "") -> Row:
    turns = [Message("user" if number % 2 == 0 else "assistant", text) for number, text in enumerate(texts)]
    head = (Message("system", system),) if system else ()
    return Row("talk", (*head, *turns), "talk", "data/raw/rows.jsonl")


def cut(tokenizer: Any, row: Row, most: int, instructions: str = "") -> Any:
    return fit_row(tokenizer, row, instructions=instructions, max_length=most, too_long="truncate")


def encode(tokenizer: Any, rows: list[Row], most: int, too_long: Any) -> EncodedSplit:
    return encode_rows(tokenizer, rows, instructions="", max_length=most, split="training", too_long=too_long)


def test_drop_leaves_out_just_the_long_rows_and_says_which(tokenizer: Any) -> None:
    rows = make_rows(30)
    whole = encode(tokenizer, rows, 999, "error")
    most = sorted(whole.lengths)[-8]
    kept = encode(tokenizer, rows, most, "drop")
    assert kept.rows == [row for row in whole.rows if len(row) <= most]
    assert kept.dropped == tuple(row.id for row in whole.rows if len(row) > most)
    assert (len(kept.dropped), kept.truncated, kept.lengths) == (7, (), whole.lengths)
    first, left_out = kept.told(most)
    assert f"{max(whole.lengths)} most; 7 of 30 rows (23.3%) over method.max_length={most}" in first
    assert f"left out: 7 of 30 training rows: row {kept.dropped[0]}" in left_out
    assert left_out.endswith("and 2 more")


def test_to_drop_all_rows_is_an_error(tokenizer: Any) -> None:
    with pytest.raises(TrainingError, match=r"all 5 training rows .*max_length=16 .*leaves none"):
        encode(tokenizer, make_rows(5), 16, "drop")


def test_truncate_fits_every_row_and_leaves_answer_and_end_as_they_are(tokenizer: Any) -> None:
    rows = make_rows(30)
    whole = encode(tokenizer, rows, 999, "error")
    for most in (50, 60, 70):
        found = encode(tokenizer, rows, most, "truncate")
        assert [row.id for row in found.rows] == [row.id for row in whole.rows]
        assert found.truncated == tuple(row.id for row in whole.rows if len(row) > most)
        assert found.truncated
        for before, after in zip(whole.rows, found.rows, strict=True):
            assert len(after) <= most
            answers = [[label for label in row.labels if label != IGNORED] for row in (before, after)]
            assert answers[0] == answers[1]
            if len(before) <= most:
                assert after == before
            else:
                assert most - len(after) < 16  # of what is cut, no more than to the next word
        assert any(f"prompt cut: {len(found.truncated)} of 30" in line for line in found.told(most))


def test_the_beginning_of_the_question_is_cut_at_a_word(tokenizer: Any) -> None:
    row = talk("one two three four five six seven eight nine ten eleven twelve", "yes")
    fitted = cut(tokenizer, row, 40)
    text = tokenizer.decode(fitted.row.input_ids)
    question = text.partition("user\n")[2].partition("<|im_end|>")[0]
    assert fitted.outcome == "truncated"
    assert "one two three four five six seven eight nine ten eleven twelve".endswith(f" {question}")
    assert question.endswith("twelve")
    assert text.endswith("assistant\nyes<|im_end|>")


def test_the_oldest_exchanges_go_first_and_the_system_turn_stays(tokenizer: Any) -> None:
    row = talk(
        "first " * 8, "reply " * 8, "second " * 8, "again " * 8, "third question", "yes", system="Be kind."
    )
    whole = fit_row(tokenizer, row, instructions="", max_length=9999, too_long="error")
    text = tokenizer.decode(cut(tokenizer, row, whole.whole_tokens - 1).row.input_ids)
    assert text.startswith("<|im_start|>system\nBe kind.<|im_end|>")
    assert "first" not in text and "reply" not in text  # an exchange goes as a whole
    assert "second" in text and "again" in text
    least = tokenizer.decode(cut(tokenizer, row, 60).row.input_ids)
    assert "second" not in least and "third question" in least and "Be kind." in least


def test_text_without_spaces_is_cut_too(tokenizer: Any) -> None:
    fitted = cut(tokenizer, talk("请帮我查询订单" * 20, "yes"), 90)
    assert fitted.outcome == "truncated"
    assert 70 < len(fitted.row) <= 90
    assert "\ufffd" not in tokenizer.decode(fitted.row.input_ids)


@pytest.mark.parametrize("instructions", ["", "Answer with one word. " * 20])
def test_an_answer_is_never_cut(tokenizer: Any, instructions: str) -> None:
    answer = "yes" if instructions else "long answer " * 30
    row = talk("question", answer)
    fitted = cut(tokenizer, row, 60, instructions)
    assert fitted.outcome == "refused"
    with pytest.raises(
        TrainingError, match=r"1 of 1 training rows do not fit .*an answer is never cut: row talk"
    ):
        encode_rows(
            tokenizer,
            [row],
            instructions=instructions,
            max_length=60,
            split="training",
            too_long="truncate",
        )


def test_whatever_the_text_what_is_cut_fits(tokenizer: Any) -> None:
    draw = random.Random(5)
    alphabet = ["a", " ", "\n", "é", "漢", "😀", "<|im_end|>"[:3], "word ", "\t"]
    for number in range(60):
        text = "".join(draw.choices(alphabet, k=draw.randint(30, 200))) + "end"
        row = talk(*(["hi", "there"] * draw.randint(0, 3)), text, "yes")
        most = draw.randint(24, 80)
        fitted = cut(tokenizer, row, most)
        assert len(fitted.row) <= most, number
        assert tokenizer.decode(fitted.row.input_ids).endswith(
            "end<|im_end|>\n<|im_start|>assistant\nyes<|im_end|>"
        )


def test_lengths_by_nearest_rank() -> None:
    found = token_lengths(list(range(1, 101)), 90)
    assert (found.min, found.p50, found.p90, found.p99, found.max, found.over) == (1, 50, 90, 99, 100, 10)
    assert str(token_lengths([7], 7)) == (
        "7 least, 7 median, 7 p90, 7 p99, 7 most; none over method.max_length=7"
    )


def test_training_says_and_records_what_it_left_out_or_cut(tokenizer: Any, train_tiny: Train) -> None:
    rows, validation = make_rows(20), make_rows(6, seed=1)
    lengths = encode_rows(
        tokenizer, rows, instructions="Answer with JSON.", max_length=999, split="training"
    ).lengths
    most = sorted(lengths)[-3]
    for policy in ("drop", "truncate"):
        told: list[str] = []
        method = make_method(max_length=most, too_long=policy, max_steps=2, num_train_epochs=1)
        result = train_tiny(policy, method, rows=rows, validation_rows=validation, tell=told.append)
        metrics = result.metrics.as_dict()
        over = {
            "train": sum(length > most for length in lengths),
            "validation": metrics[f"validation_rows_{'dropped' if policy == 'drop' else 'truncated'}"],
        }
        assert over["train"] == 2
        dropped = (metrics["train_rows_dropped"], metrics["validation_rows_dropped"])
        truncated = (metrics["train_rows_truncated"], metrics["validation_rows_truncated"])
        both = (over["train"], over["validation"])
        assert (dropped, truncated) == ((both, (0, 0)) if policy == "drop" else ((0, 0), both))
        assert metrics["train_rows"] == (18 if policy == "drop" else 20)
        assert any(
            ("left out: 2 of 20" if policy == "drop" else "prompt cut: 2 of 20") in line for line in told
        )


def test_a_cut_leaves_tools_calls_and_results_together(tokenizer: Any) -> None:
    first, last = made_row(answered=True), made_row(answered=True, parcel="P-2 " * 40)
    row = Row("talk", (*first.messages, *with_tools(last.messages, ())), "talk", "data/raw/rows.jsonl")
    whole = cut(tokenizer, row, 9999)
    fitted = cut(tokenizer, row, len(whole.row) - 1)
    alone = cut(tokenizer, replace(last, id="talk"), 9999)
    assert fitted.outcome == "truncated"
    assert fitted.row == alone.row, "the oldest exchange goes as a whole, and the tools stay"
    shorter = cut(tokenizer, row, len(alone.row) - 1)
    assert shorter.outcome == "truncated"
    assert shorter.row.labels[-9:] == alone.row.labels[-9:]
    text = tokenizer.decode(shorter.row.input_ids)
    assert text.count('"look_up"') == tokenizer.decode(alone.row.input_ids).count('"look_up"')
