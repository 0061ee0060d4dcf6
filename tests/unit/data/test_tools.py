"""Rows with tools: what is read, what is rejected and why, and that what is read is written again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.data.test_validate import check
from tests.unit.data.tool_rows import (
    ANSWER,
    CALLING,
    LOOK_UP,
    TOOLS,
    USER,
    call,
    calls,
    made_row,
    made_tools,
    raw,
    result,
)
from tunewright.config.schema.task import OutputContract
from tunewright.data.call_text import read_calls, with_plain_calls
from tunewright.data.candidate import content_key, prompt_text
from tunewright.data.raw_row import Discarded
from tunewright.data.reading.shapes.chat import chat
from tunewright.data.reading.shapes.sharegpt import sharegpt
from tunewright.data.rows import Message, Row, row_from, row_line, shown_turns
from tunewright.data.tools import ToolCall, text_of_calls
from tunewright.data.validate import CheckedRow


def checked(values: dict[str, Any], kind: str = "chat", **more: Any) -> Row:
    found = check(chat(values, "messages"), "chat", kind=kind, **more)
    assert isinstance(found, CheckedRow), found
    return found.row


def rejected(values: dict[str, Any], kind: str = "chat", **more: Any) -> str:
    found = check(chat(values, "messages"), "chat", kind=kind, **more)
    assert isinstance(found, Discarded)
    return f"{found}\n{found.fix}"


def test_a_call_is_learnt_and_a_result_is_context() -> None:
    assert checked(raw(USER, CALLING)) == Row(
        content_key(made_row().messages), made_row().messages, "", "data/raw/rows.jsonl"
    )
    row = checked(raw(USER, CALLING, result('{"city": "Graz"}'), {**ANSWER, "content": "P-1 is in Graz."}))
    assert row.messages == made_row(answered=True).messages
    assert row.tools == made_tools()
    assert row.reference == "P-1 is in Graz."


def test_what_is_written_is_read_again_and_plain_rows_are_written_as_ever() -> None:
    for row in (made_row(), made_row(answered=True), made_row(system="s", answered=True)):
        line = json.loads(row_line(row))
        assert row_from(line) == row
        assert line["tools"] == TOOLS
    calling = json.loads(row_line(made_row()))["messages"][1]
    assert calling["tool_calls"] == [
        {
            "id": "call00001",
            "type": "function",
            "function": {"name": "look_up", "arguments": {"parcel": "P-1"}},
        }
    ]
    plain = Row("r", (Message("user", "a"), Message("assistant", "b")), "g", "f", {"m": "x"})
    assert row_line(plain) == (
        '{"id": "r", "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}], '
        '"group": "g", "source": "f", "meta": {"m": "x"}}\n'
    )


@pytest.mark.parametrize(
    "values",
    [
        raw(USER, CALLING, tools=json.dumps(TOOLS)),
        raw(USER, CALLING, tools=[one["function"] for one in TOOLS]),
        raw(USER, {**CALLING, "tool_calls": [{"name": "look_up", "arguments": {"parcel": "P-1"}}]}),
        {
            "messages": [
                USER,
                {
                    "role": "assistant",
                    "content": None,
                    "function_call": {"name": "look_up", "arguments": '{"parcel": "P-1"}'},
                },
            ],
            "functions": [one["function"] for one in TOOLS],
        },
        sharegpt(
            {
                "conversations": [
                    {"from": "human", "value": "Where is P-1?"},
                    {"from": "function_call", "value": '{"name": "look_up", "arguments": {"parcel": "P-1"}}'},
                ],
                "tools": json.dumps([one["function"] for one in TOOLS]),
            },
            "messages",
        ),
    ],
    ids=["tools as JSON", "bare functions", "a bare call", "functions", "sharegpt"],
)
def test_one_conversation_in_other_forms_is_the_same_row(values: dict[str, Any]) -> None:
    assert checked(values).messages == made_row().messages


def test_results_of_functions_and_observations_belong_to_the_call_before() -> None:
    answer = {**ANSWER, "content": "P-1 is in Graz."}
    function = {"role": "function", "name": "look_up", "content": '{"city": "Graz"}'}
    assert checked(raw(USER, CALLING, function, answer)).messages == made_row(answered=True).messages
    told = [
        ("human", "Where is P-1?"),
        ("function_call", '{"name": "look_up", "arguments": {"parcel": "P-1"}}'),
    ]
    told += [("observation", '{"city": "Graz"}'), ("gpt", "P-1 is in Graz.")]
    values = {"conversations": [{"from": who, "value": value} for who, value in told], "tools": TOOLS}
    assert checked(sharegpt(values, "messages")).messages == made_row(answered=True).messages


def test_results_find_their_calls_whatever_their_order() -> None:
    both = calls(("look_up", {"parcel": "P-1"}), ("cancel", {"parcel": "P-2"}), ids=("x", "y"))
    row = checked(raw(USER, both, result("second", "y"), result("first", "x"), ANSWER))
    found = [(turn.content, turn.tool_call_id, turn.name) for turn in row.messages if turn.role == "tool"]
    assert found == [("second", "call00002", "cancel"), ("first", "call00001", "look_up")]


def test_results_without_ids_find_their_calls_by_name() -> None:
    both = calls(("look_up", {"parcel": "P-1"}), ("cancel", {"parcel": "P-2"}), ids=("", ""))
    named = [
        {"role": "tool", "name": name, "content": text}
        for name, text in (("cancel", "second"), ("look_up", "first"))
    ]
    row = checked(raw(USER, both, *named, ANSWER))
    found = [(turn.content, turn.tool_call_id) for turn in row.messages if turn.role == "tool"]
    assert found == [("second", "call00002"), ("first", "call00001")]


def test_the_ids_of_an_export_make_no_other_row() -> None:
    one, other = (checked(raw(USER, calls(("look_up", {"parcel": "P-1"}), ids=(name,)))) for name in "ab")
    assert one == other


PARCEL = ("look_up", {"parcel": "P-1"})


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (raw(USER, calls(("fly", {}))), 'turn 2 calls "fly", which the row does not declare'),
        (raw(USER, CALLING, tools=[]), 'turn 2 calls "look_up", which the row does not declare'),
        (
            raw(USER, calls(("look_up", {"parcel": 7}))),
            "break its parameters: parcel: is integer, not string",
        ),
        (raw(USER, calls(("look_up", {}))), 'break its parameters: arguments: lacks the key "parcel"'),
        (raw(USER, CALLING, ANSWER), "turn 3 is assistant, but a call before it has no result"),
        (raw(USER, CALLING, USER, ANSWER), "turn 3 is user, but a call before it has no result"),
        (raw(USER, ANSWER, result("x"), ANSWER), "turn 3 is a result that belongs to no call"),
        (raw(USER, CALLING, result("x", "other"), ANSWER), "turn 3 is a result that belongs to no call"),
        (raw(USER, CALLING, result("x"), result("x"), ANSWER), "turn 4 is a result that belongs to no call"),
        (raw(USER, CALLING, result("x"), USER, ANSWER), "turn 4 is user where assistant is due"),
        (raw(USER, CALLING, result("x")), "the last turn is not the assistant's"),
        (raw(USER, calls(PARCEL, PARCEL, ids=("a", "a"))), "turn 2 calls with an id that stands twice"),
        (
            raw(USER, CALLING, result("x"), ANSWER, USER, CALLING),
            "turn 6 calls with an id that stands twice",
        ),
        (raw(USER, ANSWER, tools=[{"type": "retrieval"}]), "tool 1 is of another type than function"),
        (raw(USER, ANSWER, tools=["hammer"]), "tool 1 is string, not object"),
        (raw(USER, ANSWER, tools={"name": "f"}), "tools is object, not array"),
        (raw(USER, ANSWER, tools='[{"name": "f"'), "tools: not JSON"),
        (raw(USER, ANSWER, tools=[{"name": "no name"}]), "tool 1 has no name of a function"),
        (raw(USER, ANSWER, tools=[*TOOLS, TOOLS[0]]), "tools declares a function twice"),
        (
            raw(USER, ANSWER, tools=[{**TOOLS[0], "strict": True}]),
            'tool 1 has keys that are not read: "strict"',
        ),
        (
            raw(USER, ANSWER, tools=[{"name": "f", "parameters": {"properties": {"a": {"type": "dict"}}}}]),
            'the parameters of tool "f" are no JSON Schema at properties.a.type',
        ),
        (
            raw(
                USER, {**CALLING, "tool_calls": [{"function": {"name": "look_up", "arguments": "{'parcel'"}}]}
            ),
            "turn 2: call 1: arguments: not JSON",
        ),
        (
            raw(USER, {**CALLING, "tool_calls": [{"function": {"name": "look_up", "arguments": "[]"}}]}),
            "turn 2: call 1: arguments is array, not object",
        ),
        (raw(USER, {**CALLING, "tool_calls": "look_up"}), "turn 2: tool_calls is string, not array"),
        (
            raw({**USER, "tool_calls": CALLING["tool_calls"]}, ANSWER),
            'turn 1 has keys that are not read: "tool_',
        ),
    ],
)
def test_rows_that_teach_wrong_calls_are_rejected(values: dict[str, Any], said: str) -> None:
    assert said in rejected(values)


def test_a_rejection_says_what_to_do_and_quotes_no_value() -> None:
    told = rejected(raw(USER, calls(("look_up", {"parcel": "secret of ann"}))))
    assert "mend the arguments" in told
    assert "secret" not in told


@pytest.mark.parametrize("kind", ["classification", "extraction"])
def test_a_call_is_no_label_and_no_extraction(
    kind: str, labels: OutputContract, triage: OutputContract
) -> None:
    output = labels if kind == "classification" else triage
    assert "calls a tool" in rejected(raw(USER, CALLING), kind, output=output)


def test_a_field_of_another_meaning_declares_nothing() -> None:
    assert checked(raw(USER, ANSWER, tools="hammer, saw")).tools == ()
    assert "tools" not in json.loads(row_line(checked(raw(USER, ANSWER, tools=None))))


def test_tools_tell_prompts_apart_and_do_not_make_them_alike() -> None:
    row, without = made_row(answered=True), checked(raw(USER, ANSWER, tools=[]))
    fewer = checked(raw(USER, CALLING, tools=TOOLS[:1]))
    assert len({prompt_text(one) for one in (made_row().prompt, fewer.prompt, without.prompt)}) == 3
    assert content_key(fewer.messages) != content_key(made_row().messages)
    assert len(prompt_text(made_row().prompt)) < 60, "declarations would drown the question"
    assert shown_turns(row.messages)[0] == ("tools", "\n".join(tool.function for tool in made_tools()))


SPELLINGS = {
    "tunewright": '{"name": "look_up", "arguments": {"parcel": "P-1"}}',
    "Hermes": '<tool_call>\n{"name": "look_up", "arguments": {"parcel": "P-1"}}\n</tool_call>',
    "Llama": '{"name": "look_up", "parameters": {"parcel": "P-1"}}',
    "Llama, marked": '<|python_tag|>{"type": "function", "name": "look_up", "parameters": {"parcel": "P-1"}}',
    "Mistral": '[TOOL_CALLS] [{"name": "look_up", "arguments": {"parcel": "P-1"}, "id": "call00001"}]',
    "Phi": '<|tool_call|>[{"name":"look_up","arguments":{"parcel":"P-1"}}]<|/tool_call|>',
    "OpenAI": '{"id": "x", "function": {"name": "look_up", "arguments": "{\\"parcel\\": \\"P-1\\"}"}}',
}


@pytest.mark.parametrize("text", SPELLINGS.values(), ids=SPELLINGS)
def test_calls_are_read_as_models_write_them(text: str) -> None:
    assert with_plain_calls(text) == made_row().reference
    assert with_plain_calls(f"I look.\n{text}") == f"I look.\n{made_row().reference}"


@pytest.mark.parametrize(
    "text",
    [
        "Hello",
        "",
        "{",
        "[[[[",
        '{"name": "look_up"}',
        '{"city": "Graz"}',
        json.dumps(LOOK_UP),
        '[{"name": "a", "arguments": {}}, 1]',
        '{"name": "look_up", "arguments": {"parcel": NaN}}',
        '{"name": "look_up", "arguments": {"parcel"',
        '{"name": "look_up", "arguments": "{parcel: 1}"}',
        "[" * 5000,
    ],
)
def test_what_is_no_call_stays_as_it_is(text: str) -> None:
    assert read_calls(text) == (text, ())


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(), below, max_size=3),
    max_leaves=8,
)
ARGUMENTS = st.dictionaries(st.text(), VALUES, max_size=4)


@given(st.lists(ARGUMENTS, min_size=1, max_size=3))
def test_calls_survive_their_text(made: list[dict[str, Any]]) -> None:
    text = text_of_calls([ToolCall("f", json.dumps(arguments)) for arguments in made])
    content, found = read_calls(text)
    assert content == ""
    assert [json.loads(one.arguments) for one in found] == made
    assert with_plain_calls(text) == text


def test_a_correction_in_review_may_be_a_call() -> None:
    from tests.unit.data.test_validate import PLACE
    from tunewright.config.schema.data import Fields, Split
    from tunewright.data.raw_row import RawRow
    from tunewright.data.validate import RowCheck

    checker = RowCheck(Fields(), Split(), "chat", OutputContract())
    row = checker(RawRow(PLACE, raw(USER, CALLING)), "chat")
    assert isinstance(row, CheckedRow)
    mended = checker.corrected(row, text_of_calls([call("P-2")]))
    assert isinstance(mended, CheckedRow)
    assert mended.row.messages[-1].tool_calls == (call("P-2"),)
    assert mended.row.tools == row.row.tools
    wrong = checker.corrected(row, '{"name": "fly", "arguments": {}}')
    assert "corrected in review: turn 2 calls" in str(wrong)
