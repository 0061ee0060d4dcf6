"""Tools go to the server in its protocol, and its calls come back as text."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.endpoints.chat_server import answer
from tunewright.data.rows import Message
from tunewright.data.tools import ToolCall
from tunewright.endpoints.answer import ChatRequest
from tunewright.endpoints.budget import most_tokens
from tunewright.endpoints.parse import Pieces, answer_in

REQUEST = ChatRequest("row a", (Message("user", "a"),))
CALLED = {"name": "look_up", "arguments": '{"b": 1,"a": "x"}'}
TEXT_OF_CALL = '{"name": "look_up", "arguments": {"a": "x", "b": 1}}'


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (
            {"content": None, "tool_calls": [{"id": "x", "type": "function", "function": CALLED}]},
            TEXT_OF_CALL,
        ),
        ({"content": "I look.", "tool_calls": [{"function": CALLED}]}, f"I look.\n{TEXT_OF_CALL}"),
        (
            {"content": "", "tool_calls": [{"function": {"name": "look_up", "arguments": '{"a"'}}]},
            '{"name": "look_up", "arguments": "{\\"a\\""}',
        ),
        ({"content": "", "tool_calls": [{"function": {"name": "f"}}]}, '{"name": "f", "arguments": {}}'),
    ],
)
def test_calls_are_part_of_the_answers_text(message: dict[str, Any], text: str) -> None:
    whole = answer("", reason="tool_calls")
    whole["choices"][0]["message"] = {"role": "assistant", **message}
    found = answer_in(json.dumps(whole), 0.0)
    assert found.text == text
    assert found.finished


def test_a_streamed_call_is_put_together() -> None:
    pieces = Pieces()
    deltas = [
        {"tool_calls": [{"index": 0, "id": "x", "function": {"name": "look_up", "arguments": ""}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"b": 1,'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '"a": "x"}'}}]},
    ]
    for delta in deltas:
        assert pieces.take(f"data: {json.dumps({'choices': [{'index': 0, 'delta': delta}]})}")
    end = {"choices": [{"delta": {}, "finish_reason": "tool_calls"}], "usage": answer("")["usage"]}
    pieces.take(f"data: {json.dumps(end)}")
    assert pieces.whole(1.0, 0.5).text == TEXT_OF_CALL


def test_tools_are_sent_and_counted_in_the_budget() -> None:
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    plain, with_tool = REQUEST, replace(REQUEST, tools=[tool])
    told = most_tokens(with_tool) - most_tokens(plain) - len(json.dumps(tool))
    assert told >= 1000, "templates explain at length how tools are called"
    calling = Message("assistant", "", (ToolCall("f", '{"a": "long argument"}', "call00001"),))
    longer = replace(plain, messages=(*plain.messages, calling))
    assert most_tokens(longer) >= most_tokens(plain) + len("long argument")
