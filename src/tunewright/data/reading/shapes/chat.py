"""Conversations as chat templates take them, and as OpenAI's fine-tuning format has them.

The answer to learn is the last turn; the ones before are its context. So `weight: 0` of an earlier
assistant turn holds anyway, and what would ask for something else is rejected, as are names, images and
sound: a row that was trained on without them would teach something else than it says. Tools and calls are
checked with the row (`raw_tools`).
https://platform.openai.com/docs/api-reference/fine-tuning/chat-input
"""

from __future__ import annotations

from typing import Any

from tunewright.data.reading.shapes.fault import ShapeFaultError
from tunewright.data.reading.shapes.functions import call_as_tool_calls, functions_as_tools

_PLAIN = {"role", "content"}
_ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}
_EMPTY = ("refusal", "audio", "annotations", "name", "weight", "tool_calls", "function_call", "tool_call_id")
"""Keys that exports fill with null: then they say nothing."""


def chat(values: dict[str, Any], key: str) -> dict[str, Any]:
    """The row with turns of role and content, calls and their results.

    Args:
        values: of the row.
        key: under which the conversation stands.

    Raises:
        ShapeFaultError: something in it would be lost.
    """
    values = functions_as_tools(values)
    turns = values.get(key)
    if not isinstance(turns, list) or all(map(_is_plain, turns)):
        return values
    last = len(turns)
    return {**values, key: [_turn(turn, number, last) for number, turn in enumerate(turns, start=1)]}


def check_weight(weight: object, role: object, number: int, last: int) -> None:
    """Which turns are trained cannot be chosen: the last one is, no other.

    Args:
        weight: 0 (not trained), 1 (trained) or None, of OpenAI's format.
        role: of the turn.
        number, last: of the turn, and of the last one; from 1.

    Raises:
        ShapeFaultError: the weight asks for something else.
    """
    if weight is None:
        return
    if role != "assistant" or isinstance(weight, bool) or weight not in (0, 1):
        raise ShapeFaultError(
            "a weight is neither 0 nor 1 of an assistant's turn", "write 0 or 1, or take the weight out"
        )
    if number == last and weight == 0:
        raise ShapeFaultError(
            "the last turn has weight 0, but it is the one that is trained",
            "end the conversation with the answer to learn, or take the row out",
        )
    if number < last and weight == 1:
        raise ShapeFaultError(
            "an earlier turn has weight 1, but the last one alone is trained",
            "make a row of its own of the conversation up to that turn, and set the weight to 0 here",
        )


def _is_plain(turn: object) -> bool:
    return (
        isinstance(turn, dict)
        and turn.keys() == _PLAIN
        and turn["role"] in ("user", "assistant", "system")
        and isinstance(turn["content"], str)
    )


def _turn(turn: object, number: int, last: int) -> object:
    if not isinstance(turn, dict):
        return turn  # the check of the row says what it is
    turn = call_as_tool_calls(turn)
    role = turn.get("role")
    check_weight(turn.get("weight"), role, number, last)
    if turn.get("name") is not None and role != "tool":
        raise ShapeFaultError(
            "a turn has a name, which chat templates do not show",
            "write the name into the content, or take it out",
        )
    plain = {
        name: value
        for name, value in turn.items()
        if not (name in _EMPTY and (value is None or value == [])) and name != "weight"
    }
    if isinstance(role, str):
        plain["role"] = _ROLES.get(role, role)
    if isinstance(plain.get("content"), list):
        plain["content"] = _text(plain["content"])
    return plain


def _text(parts: list[Any]) -> str:
    """The text of a content in parts (`[{"type": "text", "text": ...}]`)."""
    if len(parts) == 1 and isinstance(parts[0], dict) and parts[0].keys() == {"type", "text"}:
        text = parts[0]["text"]
        if parts[0]["type"] == "text" and isinstance(text, str):
            return text
    raise ShapeFaultError(
        "a turn's content is not one piece of text",
        "write the content as text; images, sound and files are not trained on",
    )
