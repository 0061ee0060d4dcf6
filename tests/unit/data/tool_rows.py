"""Rows with tools, for tests: of a shop that looks parcels up."""

from __future__ import annotations

import json
from typing import Any

from tunewright.data.rows import Message, Row
from tunewright.data.tools import Tool, ToolCall

PARAMETERS = {
    "type": "object",
    "properties": {"parcel": {"type": "string", "pattern": "^P-"}, "express": {"type": "boolean"}},
    "required": ["parcel"],
    "additionalProperties": False,
}
LOOK_UP = {"name": "look_up", "description": "Where a parcel is.", "parameters": PARAMETERS}
CANCEL = {"name": "cancel", "parameters": {"type": "object", "properties": {"parcel": {"type": "string"}}}}
TOOLS = [{"type": "function", "function": LOOK_UP}, {"type": "function", "function": CANCEL}]
USER = {"role": "user", "content": "Where is P-1?"}
ANSWER = {"role": "assistant", "content": "It is in Graz."}


def calls(*made: tuple[str, object], ids: tuple[str, ...] = (), content: str | None = None) -> dict[str, Any]:
    """An assistant's turn that calls, as OpenAI's format has it."""
    names = ids or tuple(f"call_{number}" for number in range(len(made)))
    return {
        "role": "assistant",
        "content": content,
        "tool_calls": [
            {"id": one, "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
            for one, (name, arguments) in zip(names, made, strict=True)
        ],
    }


def result(content: str, call: str = "call_0") -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call, "content": content}


CALLING = calls(("look_up", {"parcel": "P-1"}))


def raw(*turns: dict[str, Any], tools: object = TOOLS, **more: Any) -> dict[str, Any]:
    return {"messages": list(turns), "tools": tools, **more}


def made_tools() -> tuple[Tool, ...]:
    return tuple(Tool(one["name"], json.dumps(one)) for one in (LOOK_UP, CANCEL))


def call(parcel: str, number: int = 1) -> ToolCall:
    return ToolCall("look_up", json.dumps({"parcel": parcel}), f"call{number:05}")


def made_row(name: str = "r", parcel: str = "P-1", *, answered: bool = False, system: str = "") -> Row:
    """A row that learns a call, or the answer after its result."""
    asked = Message("user", f"Where is {parcel}?", tools=() if system else made_tools())
    turns = [asked, Message("assistant", "", (call(parcel),))]
    if system:
        turns = [Message("system", system, tools=made_tools()), *turns]
    if answered:
        found = Message("tool", '{"city": "Graz"}', tool_call_id="call00001", name="look_up")
        turns += [found, Message("assistant", f"{parcel} is in Graz.")]
    return Row(name, tuple(turns), name, "data/raw/rows.jsonl")
