"""What the fields of a raw row hold: its turns, names and further fields; or why they cannot be used.

Reasons never quote a row, except the name of a field or a role.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from tunewright.config.schema.data import Fields
from tunewright.data.contract import is_text, json_type, quote
from tunewright.data.fault import FaultError
from tunewright.data.raw_row import RawRow
from tunewright.data.raw_tools import calls_of, declared
from tunewright.data.rows import Message, Role, with_tools
from tunewright.data.tools import ToolCall
from tunewright.data.turns import in_order

_ROLES = get_args(Role)
_PLAIN = {"role", "content"}
_KEYS = {"assistant": {*_PLAIN, "tool_calls"}, "tool": {*_PLAIN, "tool_call_id", "name"}}


@dataclass(frozen=True)
class RawTurns:
    """The conversation of a raw row.

    Attributes:
        prompt: the turns before the answer.
        answer: as it stands; its form is the task's to check.
        tool_calls: of the answer.
    """

    prompt: tuple[Message, ...]
    answer: object
    tool_calls: tuple[ToolCall, ...] = ()


def chat_turns(raw: RawRow, fields: Fields) -> RawTurns:
    """The turns of a conversation, and the tools that its row declares.

    Raises:
        FaultError: the turns are no conversation that ends with an answer, or the tools cannot be used.
    """
    turns = field_of(raw.values, fields.messages)
    if not isinstance(turns, list):
        raise FaultError(f"{quote(fields.messages)} is {json_type(turns)}, not array")
    messages = in_order([_turn(turn, number) for number, turn in enumerate(turns, start=1)])
    tools = declared(raw.values)
    *prompt, answer = with_tools(messages, tools) if tools else messages
    return RawTurns(tuple(prompt), answer.content, answer.tool_calls)


def _turn(turn: object, number: int) -> Message:
    what = f"turn {number}"
    if not isinstance(turn, dict):
        raise FaultError(f"{what} is {json_type(turn)}, not object")
    role = turn.get("role")
    known = _KEYS.get(role, _PLAIN) if isinstance(role, str) else _PLAIN
    unknown = sorted(str(key) for key in turn.keys() - known)
    if unknown:
        raise FaultError(f"{what} has keys that are not read: {', '.join(map(quote, unknown))}")
    role = field_of(turn, "role", f"{what}: ")
    if role not in _ROLES:
        raise FaultError(f"{what}: role {quote(role)} is not one of {', '.join(_ROLES)}")
    if role == "tool":
        return _result(turn, what)
    calls = calls_of(turn["tool_calls"], what) if "tool_calls" in turn else ()
    if calls:
        return Message(role, _may_be_empty(turn.get("content"), what), calls)
    return Message(role, text_of(field_of(turn, "content", f"{what}: "), what))


def _result(turn: Mapping[str, Any], what: str) -> Message:
    """The result of a call, which may be empty."""
    content = _may_be_empty(field_of(turn, "content", f"{what}: "), what)
    names = {name: turn.get(name) or "" for name in ("tool_call_id", "name")}
    for name, value in names.items():
        if not isinstance(value, str):
            raise FaultError(f"{what}: {name} is {json_type(value)}, not string")
    return Message("tool", content, tool_call_id=names["tool_call_id"], name=names["name"])


def _may_be_empty(value: object, what: str) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, (dict, list)):
        raise FaultError(
            f"{what} is {json_type(value)}, not string", "write the content as text, a result as JSON"
        )
    return text_of(value, what) if not isinstance(value, str) or value.strip() else value


def single_turn(raw: RawRow, fields: Fields) -> RawTurns:
    """The prompt as the only turn, and the answer as it stands."""
    prompt = text_of(field_of(raw.values, fields.prompt), quote(fields.prompt))
    return RawTurns((Message("user", prompt),), field_of(raw.values, fields.completion))


def field_of(values: Mapping[str, Any], name: str, where: str = "") -> Any:  # noqa: ANN401 - a raw value
    """The value of a field that must be there; `where` opens the reason if it is not."""
    if name not in values:
        raise FaultError(f"{where}no field {quote(name)}")
    return values[name]


def text_of(value: object, what: str) -> str:
    """A text that is not blank; `what` names it in the reason if it is none."""
    if not isinstance(value, str):
        raise FaultError(f"{what} is {json_type(value)}, not string")
    if not value.strip():
        raise FaultError(f"{what} is blank")
    if not is_text(value):
        raise FaultError(f"{what} holds half of a surrogate pair: it was cut inside a character")
    return value


def name_of(raw: RawRow, field: str) -> str:
    """A field that must be there: the row's id or group."""
    name = as_text(field_of(raw.values, field))
    if not name.strip():
        raise FaultError(f"field {quote(field)} is blank")
    return name


def meta_of(values: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    """The further fields as text, without those that the row leaves out, blank or null."""
    meta = {name: as_text(values.get(name)) for name in names}
    return {name: text for name, text in meta.items() if text.strip()}


def as_text(value: object) -> str:
    """A plain value as text, null as none; a list or an object as JSON."""
    if value is None:
        return ""
    try:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError):
        raise FaultError("a field holds what JSON cannot") from None
    return text if not text else text_of(text, "a field") if text.strip() else ""
