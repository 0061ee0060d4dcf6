"""OpenAI's `functions` and `function_call`, which came before tools, as tools and calls.

https://platform.openai.com/docs/api-reference/chat/create: a function is a tool of type function, and a turn
makes at most one call, without an id; role `function` is role `tool`.
"""

from __future__ import annotations

from typing import Any

from tunewright.data.reading.shapes.fault import ShapeFaultError


def functions_as_tools(values: dict[str, Any]) -> dict[str, Any]:
    """The row with its functions as tools; as it is where it has none.

    Raises:
        ShapeFaultError: it has both.
    """
    functions = values.get("functions")
    if not isinstance(functions, list) or not functions:
        return values
    if values.get("tools"):
        raise ShapeFaultError("has both tools and functions", "keep tools, and take functions out")
    tools = [{"type": "function", "function": one} for one in functions]
    return {**{name: value for name, value in values.items() if name != "functions"}, "tools": tools}


def call_as_tool_calls(turn: dict[str, Any]) -> dict[str, Any]:
    """The turn with its function_call as tool_calls, and role `tool` for `function`.

    Raises:
        ShapeFaultError: it has both.
    """
    if turn.get("role") == "function":
        turn = {**turn, "role": "tool"}
    call = turn.get("function_call")
    if call is None:
        return turn
    if turn.get("tool_calls"):
        raise ShapeFaultError("a turn has both tool_calls and function_call", "keep tool_calls")
    rest = {name: value for name, value in turn.items() if name != "function_call"}
    return {**rest, "tool_calls": [{"type": "function", "function": call}]}
