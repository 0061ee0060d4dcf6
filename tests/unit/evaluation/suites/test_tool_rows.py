"""Suites on rows with tools: a result of a call is not asked anew, a right call is no leak."""

from __future__ import annotations

from pathlib import Path

from tests.unit.data.tool_rows import made_row
from tests.unit.evaluation.suites.made_context import context
from tunewright.evaluation.suites import edge_cases, leakage


def test_odd_inputs_take_the_place_of_questions_and_keep_the_tools(tmp_path: Path) -> None:
    rows = [made_row("answered", answered=True), made_row("calling")]
    asked = edge_cases.questions(context(tmp_path, kind="chat", test=rows))
    of_rows = [question for question in asked if question.id.endswith(("/answered", "/calling"))]
    assert of_rows
    assert not [question for question in of_rows if question.id.endswith("/answered")]
    assert all(question.messages[0].tools == rows[0].tools for question in of_rows)


def test_of_a_row_that_calls_the_prompt_alone_is_recalled(tmp_path: Path) -> None:
    rows = [made_row("answered", answered=True), made_row("calling")]
    asked = leakage.questions(context(tmp_path, kind="chat", train=rows))
    recalled = {question.id: question.options for question in asked if question.how == "recall"}
    assert recalled == {"row/answered": ("P-1 is in Graz.",), "row/calling": ()}
