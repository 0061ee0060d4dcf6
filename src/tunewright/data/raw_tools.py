"""The tools that a raw row declares and the calls of its turns, from what stands in the file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from tunewright.data.contract import ContractError, json_type, parse_json, quote
from tunewright.data.fault import FaultError
from tunewright.data.tool_contract import contract_of
from tunewright.data.tools import Tool, ToolCall, as_json

TOOLS = "tools"
"""The field of a row that declares them."""

_NAME = re.compile(r"[A-Za-z_][\w.:/-]{0,63}", re.ASCII)
_AROUND = {"type", "function", "id", "index"}
_NO_PARAMETERS = {"type": "object", "properties": {}}
_AS_OPENAI = (
    'write it as {"type": "function", "function": {"name": ..., "description": ..., "parameters": {...}}}'
)


def declared(values: Mapping[str, Any]) -> tuple[Tool, ...]:
    """The tools of a row: a list of declarations or its JSON, each as OpenAI has it or the function alone.

    Keys with null are left out, since exports fill them in; a function without parameters takes none.

    Raises:
        FaultError: they are no declarations.
    """
    given = values.get(TOOLS)
    if isinstance(given, str):
        if given.strip()[:1] not in ("[", "{"):
            return ()  # a field of another meaning
        given = _parsed(given, "tools")
    if not given:
        return ()
    if not isinstance(given, list):
        raise FaultError(f"tools is {json_type(given)}, not array", "write the declarations as a list")
    tools = tuple(_tool(one, number) for number, one in enumerate(given, start=1))
    if len({tool.name for tool in tools}) < len(tools):
        raise FaultError("tools declares a function twice", "leave one declaration of each name")
    return tools


def calls_of(given: object, where: str) -> tuple[ToolCall, ...]:
    """The calls of an assistant's turn.

    Args:
        given: its `tool_calls`; arguments are an object or its JSON.
        where: names the turn in reasons.

    Raises:
        FaultError: they are no calls.
    """
    if not isinstance(given, list):
        raise FaultError(f"{where}: tool_calls is {json_type(given)}, not array")
    return tuple(_call(one, f"{where}: call {number}") for number, one in enumerate(given, start=1))


def _tool(given: object, number: int) -> Tool:
    what = f"tool {number}"
    function = _function(given, what)
    name = _name(function, what)
    parameters = function.get("parameters") or _NO_PARAMETERS
    if not isinstance(parameters, dict):
        raise FaultError(f"{what}: parameters is {json_type(parameters)}, not object", _AS_OPENAI)
    if not isinstance(function.get("description"), (str, type(None))):
        raise FaultError(f"{what}: description is {json_type(function['description'])}, not string")
    said = {key: value for key, value in function.items() if value is not None}
    kept = {"name": name, **said, "parameters": parameters}
    tool = Tool(name, as_json(_plain(kept, what)))
    contract_of(tool)
    return tool


def _call(given: object, what: str) -> ToolCall:
    function = _function(given, what)
    name = _name(function, what)
    arguments = function.get("arguments")
    if isinstance(arguments, str):
        arguments = _parsed(arguments, f"{what}: arguments")
    if not isinstance(arguments, dict):
        raise FaultError(
            f"{what}: arguments is {json_type(arguments)}, not object",
            "write the arguments as an object or its JSON, {} for none",
        )
    unknown = sorted(map(str, function.keys() - {"name", "arguments"}))
    if unknown:
        raise FaultError(f"{what} has keys that are not read: {', '.join(map(quote, unknown))}")
    name_of_call = given.get("id") if isinstance(given, dict) else None
    if not isinstance(name_of_call, (str, type(None))):
        raise FaultError(f"{what}: id is {json_type(name_of_call)}, not string")
    return ToolCall(name, as_json(_plain(arguments, f"{what}: arguments")), name_of_call or "")


def _function(given: object, what: str) -> dict[str, Any]:
    """The object below `function`, or the whole where that is left out."""
    if not isinstance(given, dict):
        raise FaultError(f"{what} is {json_type(given)}, not object", _AS_OPENAI)
    kind = given.get("type")
    if kind not in (None, "function"):
        raise FaultError(
            f"{what} is of another type than function", "other kinds of tools are not trained on"
        )
    if "function" not in given:
        return {key: value for key, value in given.items() if key not in _AROUND}
    function = given["function"]
    if not isinstance(function, dict):
        raise FaultError(f"{what}: function is {json_type(function)}, not object", _AS_OPENAI)
    unknown = sorted(str(key) for key, value in given.items() if key not in _AROUND and value is not None)
    if unknown:
        raise FaultError(f"{what} has keys that are not read: {', '.join(map(quote, unknown))}", _AS_OPENAI)
    return function


def _name(function: Mapping[str, Any], what: str) -> str:
    name = function.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise FaultError(
            f"{what} has no name of a function",
            "a name begins with a letter and has up to 64 letters, digits and _ . : / -",
        )
    return name


def _plain(value: object, what: str) -> object:
    """The value as it would be read from JSON."""
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise FaultError(f"{what} holds what JSON cannot") from None
    return _parsed(text, what)


def _parsed(text: str, what: str) -> object:
    try:
        return parse_json(text)
    except ContractError as error:
        raise FaultError(f"{what}: {error}", "write it as JSON") from None
