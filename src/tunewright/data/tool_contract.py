"""The contract of a call: its function is declared, and its arguments keep the declared JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache

from tunewright.data.contract import BrokenSchemaError, SchemaContract, quote
from tunewright.data.fault import FaultError
from tunewright.data.rows import Message
from tunewright.data.tools import Tool

KNOWN_CONTRACTS = 1024
"""Compiled schemas that are kept: most rows of a data set declare the same functions."""


def check_calls(messages: Sequence[Message], where: str = "") -> None:
    """Hold every call against what the first turn declares.

    Args:
        messages: of a row.
        where: opens the reasons.

    Raises:
        FaultError: a function is not declared, or arguments break its schema; names the turn.
    """
    if not any(turn.tool_calls for turn in messages):
        return
    tools = {tool.name: tool for tool in messages[0].tools}
    for number, turn in enumerate(messages, start=1):
        for call in turn.tool_calls:
            if call.name not in tools:
                raise FaultError(
                    f"{where}turn {number} calls {quote(call.name)}, which the row does not declare",
                    "declare the function in `tools` of the row, or take the call out",
                )
            broken = contract_of(tools[call.name]).violations(json.loads(call.arguments))
            if broken:
                raise FaultError(
                    f"{where}turn {number} calls {quote(call.name)} with arguments that break its "
                    f"parameters: {broken[0]}",
                    "mend the arguments, or the parameters that `tools` declares",
                )


def contract_of(tool: Tool) -> SchemaContract:
    """The contract of a function's arguments.

    Raises:
        FaultError: the declaration is no JSON Schema.
    """
    try:
        return _compiled(json.dumps(json.loads(tool.function)["parameters"]))
    except BrokenSchemaError as error:
        place = f" at {error.place}" if error.place else ""
        raise FaultError(
            f"the parameters of tool {quote(tool.name)} are no JSON Schema{place}",
            "mend them: types are object, array, string, integer, number, boolean and null, and a `$ref` "
            "points into the schema itself; in a table write tools as JSON, as columns fill up with null",
        ) from None


@lru_cache(maxsize=KNOWN_CONTRACTS)
def _compiled(schema: str) -> SchemaContract:
    return SchemaContract(json.loads(schema), whole="arguments", known_formats_only=False)
