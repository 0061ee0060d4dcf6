"""ShareGPT: `conversations` of turns with `from` (human, gpt, system) and `value`.

Names of the speakers as in FastChat (docs/training.md) and LLaMA-Factory (data/README.md), whose `system`
and `tools` beside the conversation are read too.
"""

from __future__ import annotations

from typing import Any

from tunewright.data.reading.shapes.chat import check_weight, refuse_tools, uses_tools
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
_TOOLS = {
    "tool",
    "function",
    "function_call",
    "function_response",
    "observation",
    "tool_call",
    "tool_response",
}


def sharegpt(values: dict[str, Any], key: str) -> dict[str, Any]:
    """The row with its conversation as a list of role and content.

    Args:
        values: of the row.
        key: under which the conversation is to stand.

    Raises:
        ShapeFaultError: it is no such conversation, or something in it would be lost.
    """
    refuse_tools(values.get("tools"))
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
    if not isinstance(speaker, str) or speaker in _TOOLS:
        raise uses_tools() if isinstance(speaker, str) else _no_speaker()
    if speaker not in _ROLES:
        raise _no_speaker()
    check_weight(turn.get("weight"), _ROLES[speaker], number, last)
    if any(value is not None for name, value in turn.items() if name not in ("from", "value", "weight")):
        raise ShapeFaultError(
            "a turn has more than from, value and weight",
            "take the other keys out, or put them into the value",
        )
    return {"role": _ROLES[speaker], "content": turn["value"]}


def _no_speaker() -> ShapeFaultError:
    return ShapeFaultError(f"a turn is from none of {', '.join(_ROLES)}", "name the speaker by one of these")
