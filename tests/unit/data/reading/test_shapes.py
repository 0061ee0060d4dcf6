"""Shapes: what would be lost is rejected with the reason and what to do."""

import pytest

from tests.unit.data.reading.made import read
from tunewright.data.raw_row import Discarded
from tunewright.data.reading.read import read_source

USER, ANSWER = {"role": "user", "content": "p"}, {"role": "assistant", "content": "c"}
CALL = {"type": "function", "function": {"name": "f", "arguments": "{}"}}
RESULT = {"role": "tool", "content": "3", "tool_call_id": "1"}
EARLIER = "an earlier turn has weight 1, but the last one alone is trained"


def one(folder, row, form):
    ((_, found),) = read(folder, "a.jsonl", [row], form)
    if isinstance(found, str):
        (rejected,) = read_source(folder.root, folder.source("a.jsonl", [row], form))
        assert isinstance(rejected, Discarded)
        assert rejected.fix
    return found


@pytest.mark.parametrize("form", ["chat", "openai"])
@pytest.mark.parametrize(
    ("turns", "found"),
    [
        ([USER, ANSWER], [USER, ANSWER]),
        ([USER, ANSWER, USER, ANSWER], [USER, ANSWER, USER, ANSWER]),
        ([USER, {**ANSWER, "weight": 0}, USER, {**ANSWER, "weight": 1}], [USER, ANSWER, USER, ANSWER]),
        (
            [{"role": "developer", "content": "s"}, USER, ANSWER],
            [{"role": "system", "content": "s"}, USER, ANSWER],
        ),
        (
            [USER, {**ANSWER, "refusal": None, "tool_calls": None, "name": None, "annotations": []}],
            [USER, ANSWER],
        ),
        ([{"role": "user", "content": [{"type": "text", "text": "p"}]}, ANSWER], [USER, ANSWER]),
        # Keys that nobody knows are left to the check of the row, which names them.
        ([{**USER, "mood": "bad"}, ANSWER], [{**USER, "mood": "bad"}, ANSWER]),
        ([USER, {**ANSWER, "weight": 1}, USER, ANSWER], EARLIER),
        ([USER, {**ANSWER, "weight": 0}], "the last turn has weight 0, but it is the one that is trained"),
        ([{**USER, "weight": 1}, ANSWER], "a weight is neither 0 nor 1 of an assistant's turn"),
        ([USER, {**ANSWER, "weight": 0.5}], "a weight is neither 0 nor 1 of an assistant's turn"),
        ([{**USER, "name": "ann"}, ANSWER], "a turn has a name, which chat templates do not show"),
        (
            [USER, {"role": "assistant", "content": None, "tool_calls": [CALL]}],
            [USER, {"role": "assistant", "content": None, "tool_calls": [CALL]}],
        ),
        ([USER, {**RESULT, "name": "f"}, ANSWER], [USER, {**RESULT, "name": "f"}, ANSWER]),
        (
            [USER, {**ANSWER, "function_call": CALL["function"], "tool_calls": None}],
            [USER, {**ANSWER, "tool_calls": [CALL]}],
        ),
        (
            [USER, {"role": "function", "name": "f", "content": "3"}, ANSWER],
            [USER, {"role": "tool", "name": "f", "content": "3"}, ANSWER],
        ),
        (
            [USER, {**ANSWER, "function_call": CALL["function"], "tool_calls": [CALL]}],
            "a turn has both tool_calls and function_call",
        ),
        (
            [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}, ANSWER],
            "a turn's content is not one piece of text",
        ),
    ],
)
def test_openai(folder, form, turns, found):
    row = one(folder, {"messages": turns, "id": "7"}, form)
    assert row == (found if isinstance(found, str) else {"messages": found, "id": "7"})


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"tools": [{"type": "function"}]}, [{"type": "function"}]),
        ({"functions": [{"name": "f"}]}, [{"type": "function", "function": {"name": "f"}}]),
        ({"functions": [{"name": "f"}], "tools": [{"name": "f"}]}, "has both tools and functions"),
        ({"tools": "[]", "parallel_tool_calls": False}, "[]"),
        ({"tools": None, "functions": "accounting"}, None),
    ],
)
def test_functions_are_tools(folder, more, found):
    row = one(folder, {"messages": [USER, ANSWER], **more}, "openai")
    assert row == found if isinstance(row, str) else row["tools"] == found


def says(speaker, value, **more):
    return {"from": speaker, "value": value, **more}


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({"conversations": [says("human", "p"), says("gpt", "c")]}, [USER, ANSWER]),
        (
            {"conversations": [says("human", "p"), says("gpt", "c")], "system": "s"},
            [{"role": "system", "content": "s"}, USER, ANSWER],
        ),
        ({"conversations": [says("user", "p", weight=None), says("chatgpt", "c", weight=1)]}, [USER, ANSWER]),
        ({"conversations": [says("human", "p"), says("gpt", "c", weight=1)] * 2}, EARLIER),
        (
            {"conversations": [says("function_call", '{"name": "f"}'), says("observation", "3")]},
            [
                {"role": "assistant", "content": "", "tool_calls": [{"name": "f"}]},
                {"role": "tool", "content": "3"},
            ],
        ),
        ({"conversations": [says("function_call", "{}")]}, "a function_call holds no JSON of a call"),
        ({"conversations": [says("function_call", "f(1)")]}, "a function_call holds no JSON of a call"),
        ({"conversations": [says("narrator", "p")]}, "a turn is from none of human, user, gpt, assistant, "),
        ({"conversations": [says(3, "p")]}, "a turn is from none of human"),
        ({"conversations": [{"role": "user", "content": "p"}]}, "a turn has no from and value"),
        ({"conversations": ["p"]}, "a turn has no from and value"),
        ({"conversations": [says("human", "p", text="q")]}, "a turn has more than from, value and weight"),
        ({"conversations": "p"}, "has no list conversations"),
        ({}, "has no list conversations"),
        ({"conversations": [says("system", "s")], "system": "t"}, "has a system turn and a field system"),
    ],
)
def test_sharegpt(folder, row, found):
    given = one(folder, {**row, "id": "7"}, "sharegpt")
    if isinstance(found, str):
        assert given.startswith(found)
    else:
        assert given["messages"] == found
        assert given["id"] == "7"
        assert "conversations" not in given


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({"instruction": "i", "input": "", "output": "o"}, ("i", "o")),
        ({"instruction": "i", "output": {"a": 1}, "system": "", "history": []}, ("i", {"a": 1})),
        ({"instruction": "i", "input": "more", "output": "o"}, ("i\n\nmore", "o")),
        ({"instruction": "i", "input": None, "output": "o"}, ("i", "o")),
        ({"instruction": "i"}, "has no field output"),
        ({"instruction": ["i"], "output": "o"}, "instruction or input is no text"),
        ({"instruction": "i", "output": "o", "history": [["a", "b"]]}, "has a system text or a history"),
        ({"instruction": "i", "output": "o", "system": "s"}, "has a system text or a history"),
    ],
)
def test_alpaca(folder, row, found):
    given = one(folder, row, "alpaca")
    assert given == found if isinstance(found, str) else (given["prompt"], given["completion"]) == found
