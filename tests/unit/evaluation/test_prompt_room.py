"""Prompts that leave no room for an answer: cut by the same rule for all, counted, or refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.evaluation.stage_project import CHOICES, make_project, rows, save_adapter
from tunewright.artifacts import ADAPTER, BASELINE, EVALUATION, METRICS, TEST_ROWS, read_json
from tunewright.config.schema.evaluation import Evaluation
from tunewright.config.stage_settings import read_resolved
from tunewright.data.rows import Message, Row, write_rows
from tunewright.errors import EvaluationError
from tunewright.evaluation.predictions import PREDICTIONS, read_predictions
from tunewright.evaluation.prompt_room import fit_prompts
from tunewright.models import context
from tunewright.models.chat import encode_prompt
from tunewright.models.load import load_tokenizer
from tunewright.stages import baseline, compose, evaluate

CUT = Evaluation(too_long="truncate")
PARAMS = (
    CHOICES
    + """\
set:
  evaluation: {max_new_tokens: 8, few_shot: {k: 2}, latency: {requests: 1}}
"""
)


@pytest.fixture(scope="module")
def tokenizer(tiny_folder: Path) -> Any:
    return load_tokenizer(tiny_folder)


def row(name: str, question: str) -> Row:
    messages = (Message("system", "Be kind."), Message("user", question), Message("assistant", "yes"))
    return Row(name, messages, name, "data/raw/tickets.jsonl")


SHORT_ROW, LONG_ROW = row("short", "one two"), row("long", " ".join(f"word{number}" for number in range(60)))


def test_only_what_is_too_long_is_cut_at_its_oldest_end(tokenizer: Any) -> None:
    asked = [SHORT_ROW.prompt, LONG_ROW.prompt]
    fitted = fit_prompts(tokenizer, [SHORT_ROW, LONG_ROW], asked, 60, CUT)
    assert fitted.truncated == {"long"}
    short, long = fitted.prompts
    assert short == SHORT_ROW.prompt
    assert long[0] == LONG_ROW.messages[0]
    assert LONG_ROW.messages[1].content.endswith(f" {long[1].content}")
    assert 50 < len(encode_prompt(tokenizer, long)) <= 60


def test_of_a_few_shot_prompt_the_first_examples_go(tokenizer: Any) -> None:
    system, question = SHORT_ROW.prompt
    shown = [
        turn
        for number in range(3)
        for turn in (Message("user", f"example {number} " * 4), Message("assistant", f"answer {number}"))
    ]
    room = len(encode_prompt(tokenizer, [system, *shown[2:], question]))
    fitted = fit_prompts(tokenizer, [SHORT_ROW], [(system, *shown, question)], room, CUT)
    assert fitted.prompts == [(system, *shown[2:], question)]


@pytest.mark.parametrize(("room", "evaluation"), [(60, Evaluation()), (None, CUT), (9999, CUT)])
def test_nothing_is_cut_unasked(tokenizer: Any, room: int | None, evaluation: Evaluation) -> None:
    fitted = fit_prompts(tokenizer, [LONG_ROW], [LONG_ROW.prompt], room, evaluation)
    assert (fitted.prompts, fitted.truncated) == ([LONG_ROW.prompt], frozenset())


def test_instructions_are_never_cut(tokenizer: Any) -> None:
    wordy = replace(SHORT_ROW, messages=(Message("system", "Be kind. " * 40), *SHORT_ROW.messages[1:]))
    with pytest.raises(EvaluationError, match=r"none for the question.* in 1 rows: short\n") as caught:
        fit_prompts(tokenizer, [LONG_ROW, wordy], [LONG_ROW.prompt, wordy.prompt], 60, CUT)
    assert "too_long" not in caught.value.fix


def test_both_stages_cut_the_same_rows_and_count_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_folder: Path, tokenizer: Any
) -> None:
    project = make_project(tmp_path / "project", PARAMS, monkeypatch, test_rows=3)
    [first, second, third] = rows("test", 3)
    long = replace(second, messages=(Message("user", "where is it? " * 80), second.messages[-1]))
    write_rows(project / TEST_ROWS, [first, long, third])
    instructions = read_resolved(project).task.instructions
    whole = len(encode_prompt(tokenizer, first.with_instructions(instructions).prompt))
    monkeypatch.setattr(context, "context_length", lambda _: whole + 20 + 8)
    with pytest.raises(EvaluationError, match="room for"):
        baseline.run(project)

    (project / "params.yaml").write_text(PARAMS.replace("evaluation: {", "evaluation: {too_long: truncate, "))
    compose.run(project)
    baseline.run(project)
    save_adapter(tiny_folder, project / ADAPTER, learnt=True)
    evaluate.run(project)

    asked = [
        *read_predictions(project / BASELINE / PREDICTIONS),
        *read_predictions(project / EVALUATION / PREDICTIONS),
    ]
    cut = {(one.contestant, one.id) for one in asked if one.prompt_truncated}
    assert {name for who, name in cut if who != "few_shot"} == {"test1"}
    assert {who for who, name in cut if name == "test1"} == {"zero_shot", "few_shot", "tuned"}
    assert {name for who, name in cut if who == "few_shot"} == {"test0", "test1", "test2"}
    assert max(one.prompt_tokens for one in asked) <= whole + 20
    told = read_json(project / METRICS / "evaluation.json")["tuned"]["prompt_truncated"]
    assert (round(told["value"], 3), told["n"]) == (0.333, 3)
