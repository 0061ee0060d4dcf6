"""ShareGPT: `conversations` of turns with `from` (human, gpt, system) and `value`.

Names of the speakers as in FastChat (docs/training.md) and LLaMA-Factory (data/README.md), whose `system`
and `tools` beside the conversation are read too. A turn from `function_call` holds the JSON of a call, or of
a list of them, and one from `observation` a result; both are checked with the row (`raw_tools`).
"""

from __future__ import annotations

import json
from typing import Any

from tunewright.data.reading.shapes.chat import check_weight
from tunewright.data.reading.shapes.fault import ShapeFaultError

KEY = "conversations"
_ROLES = {
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "assistant": "assistant",
    "chatgpt": "assistant",
    "model": "assistant",
    "bot": "assistant",
    "system": "system",
}
_CALLS = {"function_call", "tool_call"}
_RESULTS = {"observation", "function_response", "tool_response", "tool", "function"}


def sharegpt(values: dict[str, Any], key: str) -> dict[str, Any]:
    """The row with its conversation as a list of role and content.

    Args:
        values: of the row.
        key: under which the conversation is to stand.

    Raises:
        ShapeFaultError: it is no such conversation, or something in it would be lost.
    """
    turns = values.get(KEY)
    if not isinstance(turns, list):
        raise ShapeFaultError(f"has no list {KEY}", f"write the turns into a list {KEY}")
    messages = [_turn(turn, number, len(turns)) for number, turn in enumerate(turns, start=1)]
    system = values.get("system")
    if isinstance(system, str) and system.strip():
        if messages and messages[0]["role"] == "system":
            raise ShapeFaultError("has a system turn and a field system", "keep one of the two")
        messages.insert(0, {"role": "system", "content": system})
    return {**{name: value for name, value in values.items() if name != KEY}, key: messages}


def _turn(turn: object, number: int, last: int) -> dict[str, Any]:
    if not isinstance(turn, dict) or not {"from", "value"} <= turn.keys():
        raise ShapeFaultError(
            "a turn has no from and value", "write each turn as an object with from and value"
        )
    speaker = turn["from"]
    role = _role(speaker)
    check_weight(turn.get("weight"), role, number, last)
    if any(value is not None for name, value in turn.items() if name not in ("from", "value", "weight")):
        raise ShapeFaultError(
            "a turn has more than from, value and weight",
            "take the other keys out, or put them into the value",
        )
    if speaker in _CALLS:
        return {"role": role, "content": "", "tool_calls": _calls(turn["value"])}
    return {"role": role, "content": turn["value"]}


def _role(speaker: object) -> str:
    if isinstance(speaker, str):
        if speaker in _CALLS:
            return "assistant"
        if speaker in _RESULTS:
            return "tool"
        if speaker in _ROLES:
            return _ROLES[speaker]
    raise _no_speaker()


def _calls(value: object) -> list[Any]:
    """The calls that a turn holds as JSON."""
    try:
        given = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, (dict, list)) or not given:
        raise ShapeFaultError(
            "a function_call holds no JSON of a call",
            'write {"name": ..., "arguments": {...}}, or a list of such',
        )
    return given if isinstance(given, list) else [given]


def _no_speaker() -> ShapeFaultError:
    return ShapeFaultError(
        f"a turn is from none of {', '.join([*_ROLES, 'function_call', 'observation'])}",
        "name the speaker by one of these",
    )
