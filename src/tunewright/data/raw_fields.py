"""What the fields of a raw row hold: its turns, names and further fields; or why they cannot be used.

Reasons never quote a row, except the name of a field or a role.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, get_args

from tunewright.config.schema.data import Fields
from tunewright.data.contract import is_text, json_type, quote
from tunewright.data.raw_row import RawRow
from tunewright.data.rows import Message, Role

_ROLES = get_args(Role)


class FaultError(Exception):
    """Why a row is rejected."""


def chat_turns(raw: RawRow, fields: Fields) -> tuple[tuple[Message, ...], object]:
    """The turns before the answer, and the answer as it stands.

    Raises:
        FaultError: the turns are no conversation that ends with an answer.
    """
    turns = field_of(raw.values, fields.messages)
    if not isinstance(turns, list):
        raise FaultError(f"{quote(fields.messages)} is {json_type(turns)}, not array")
    messages = [_turn(turn, number) for number, turn in enumerate(turns, start=1)]
    roles = [message.role for message in messages]
    first = 1 if roles[:1] == ["system"] else 0
    for number, role in enumerate(roles[first:], start=first + 1):
        due = "assistant" if (number - first) % 2 == 0 else "user"
        if role != due:
            raise FaultError(f"turn {number} is {role} where {due} is due")
    if len(roles) == first:
        raise FaultError("no turns but the system's" if first else "no turns")
    if roles[-1] != "assistant":
        raise FaultError("the last turn is not the assistant's")
    return tuple(messages[:-1]), messages[-1].content


def _turn(turn: object, number: int) -> Message:
    if not isinstance(turn, dict):
        raise FaultError(f"turn {number} is {json_type(turn)}, not object")
    unknown = sorted(str(key) for key in turn.keys() - {"role", "content"})
    if unknown:
        raise FaultError(f"turn {number} has keys that are not read: {', '.join(map(quote, unknown))}")
    role = field_of(turn, "role", f"turn {number}: ")
    if role not in _ROLES:
        raise FaultError(f"turn {number}: role {quote(role)} is not one of {', '.join(_ROLES)}")
    return Message(role, text_of(field_of(turn, "content", f"turn {number}: "), f"turn {number}"))


def single_turn(raw: RawRow, fields: Fields) -> tuple[tuple[Message, ...], object]:
    """The prompt as the only turn, and the answer as it stands."""
    prompt = text_of(field_of(raw.values, fields.prompt), quote(fields.prompt))
    return (Message("user", prompt),), field_of(raw.values, fields.completion)


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
