"""Rows with tools beside each other: what is a duplicate, and what people are shown of them."""

from __future__ import annotations

from typing import Any

from tests.unit.data.test_prepare import prepared
from tests.unit.data.tool_rows import ANSWER, CANCEL, LOOK_UP, TOOLS, calls, made_row, made_tools, raw, result
from tunewright.config.schema.task import Kpi, Rationale, Task
from tunewright.data.review.sample import Sampled
from tunewright.data.review.sheet import read_sheet, write_sheet
from tunewright.evaluation.judging.prompt import Compared, prompt
from tunewright.reporting.review_page import render_review

TASK = Task(
    kind="chat",
    description="x",
    kpi=Kpi(measure="x", target="x"),
    rationale=Rationale(need="do", why="x"),
    metrics=("exact_match",),
)
CALL = '{"name": "look_up", "arguments": {"parcel": "P-1"}}'


def asked(number: int, call_id: str = "a", **more: Any) -> dict[str, Any]:
    parcel = f"P-{number}"
    return raw(
        {"role": "user", "content": f"Where is {parcel}?"},
        calls(("look_up", {"parcel": parcel}), ids=(call_id,)),
        **more,
    )


def test_another_id_is_the_same_row_and_other_tools_are_another(folder: Any) -> None:
    rows = [asked(number) for number in range(30)]
    same, other = asked(3, "b"), asked(3, tools=TOOLS[:1])
    made = prepared(folder, folder.data([*rows, same, other], "openai"), kind="chat")
    counts = made.card.counts()
    assert (counts["kept"], counts["removed"]) == (31, 1)
    (removed,) = [one for one in made.discarded if one.duplicate]
    assert removed.place.line == 31
    written = [row for rows in made.rows.values() for row in rows]
    assert sorted(len(row.tools) for row in written) == [1, *[2] * 30]
    assert (made.card.with_tools, made.card.calling) == (31, 31)


def test_another_result_is_another_prompt(folder: Any) -> None:
    rows = [
        raw(
            {"role": "user", "content": "Where is P-1?"},
            calls(("look_up", {"parcel": "P-1"})),
            result(f'{{"city": "{city}"}}'),
            {**ANSWER, "content": f"In {city}."},
        )
        for city in ("Graz", "Wien", "Linz", "Bern", "Graz")
    ]
    more = [asked(number) for number in range(30)]
    made = prepared(folder, folder.data([*rows, *more], "openai"), kind="chat")
    assert made.card.counts()["removed"] == 1


def test_a_call_with_another_argument_is_no_near_duplicate(folder: Any) -> None:
    question = (
        "Please be so kind and tell me where the parcel is that I sent from {} last week to my old aunt, who "
        "has been waiting for it every single day at her window and does not know what to do any more"
    )
    rows = [
        raw(
            {"role": "user", "content": question.format(city)},
            calls(("look_up", {"parcel": f"P-the one from {called}"})),
        )
        for city, called in (("Graz", "Graz"), ("Wien", "Wien"), ("Linz", "Wien"))
    ]
    more = [asked(number) for number in range(30)]
    made = prepared(folder, folder.data([*rows, *more], "openai"), kind="chat")
    removed = [one for one in made.discarded if one.duplicate]
    assert [(one.reason, one.place.line) for one in removed] == [("near-duplicate", 3)]


def test_people_and_judges_see_tools_calls_and_results() -> None:
    row = made_row(answered=True)
    sampled = [Sampled("k", "train", row), Sampled("l", "train", made_row("c"))]
    (first, second) = read_sheet(write_sheet(sampled), "sheet.csv")
    assert first["id"] == "r"
    text = write_sheet(sampled)
    shown = render_review(sampled, project="p", task=TASK)
    told = prompt(Compared(row, "a", "b"), TASK, (), swapped=False, show_reference=True)[1].content
    for seen in (text.replace('""', '"'), told):
        assert CALL in seen
        assert LOOK_UP["description"] in seen
        assert '{"city": "Graz"}' in seen
        assert all(tool.function in seen for tool in made_tools())
    assert CANCEL["name"] in shown
    assert "Graz" in shown
    assert second["id"] == "c"
