"""`Tool` and `ToolCall`: functions that a model may call, and its calls; as objects and as text.

The objects are those of OpenAI's chat API, which transformers hands to chat templates too, with arguments as
an object (https://huggingface.co/docs/transformers/chat_extras). The text is tunewright's own: what reports
show and what is compared (`call_text` brings the answers of all models to it).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Tool:
    """A function that a row declares.

    Attributes:
        name: of the function.
        function: its declaration as JSON: `name`, `parameters` (a JSON Schema) and what else is said of it.
    """

    name: str
    function: str

    def laid_out(self) -> dict[str, Any]:
        """The declaration as chat templates and servers take it."""
        return {"type": "function", "function": json.loads(self.function)}


@dataclass(frozen=True)
class ToolCall:
    """A call in an assistant's turn.

    Attributes:
        name: of the function.
        arguments: a JSON object, its keys in the order in which they are learnt.
        id: unique in the row.
    """

    name: str
    arguments: str
    id: str = ""

    def laid_out(self) -> dict[str, Any]:
        """The call as chat templates take it: the arguments are an object."""
        function = {"name": self.name, "arguments": json.loads(self.arguments)}
        return {"id": self.id, "type": "function", "function": function}

    def sent(self) -> dict[str, Any]:
        """The call as servers take it: the arguments are JSON."""
        function = {"name": self.name, "arguments": self.arguments}
        return {"id": self.id, "type": "function", "function": function}


def text_of_calls(calls: Sequence[ToolCall]) -> str:
    """A line of JSON a call: `{"name": ..., "arguments": {...}}`, keys of arguments in alphabetical order."""
    return "\n".join(
        f'{{"name": {json.dumps(call.name)}, "arguments": {_sorted_json(json.loads(call.arguments))}}}'
        for call in calls
    )


def text_of_tools(tools: Sequence[Tool]) -> str:
    """A line of JSON a declaration."""
    return "\n".join(tool.function for tool in tools)


def as_json(value: object) -> str:
    """A value as declarations and arguments are kept.

    Raises:
        ValueError, TypeError: the value holds what JSON cannot.
    """
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _sorted_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True)
