"""Calls that stand in a text: in the form of `text_of_calls`, or as chat templates have models write them.

Read are calls that are JSON objects with a name and `arguments` (Hermes, Qwen, Mistral, Phi-4) or
`parameters` (Llama 3), alone or in a list; marks of the template beside them are left out. A syntax of
another kind (Python, XML) is not read: whoever scores answers makes sure first that the right ones are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tunewright.data.contract import ContractError, parse_json
from tunewright.data.tools import ToolCall, as_json, text_of_calls

_MARK = r"(?:</?\|?/?\w+\|?>|\[/?[A-Z_]+\]|[\s,;])+"
_MARKS_BEFORE = re.compile(rf"{_MARK}$")
_MARKS_BEHIND = re.compile(rf"^{_MARK}")
_OPENS = re.compile(r"[{\[]")
_KEYS = {"name", "arguments", "parameters", "id", "type"}


def read_calls(text: str) -> tuple[str, tuple[ToolCall, ...]]:
    """What a text says beside its calls, and the calls in their order.

    A text without calls comes back as it is. Calls have no ids: those of a text say nothing.
    """
    beside: list[str] = []
    calls: list[ToolCall] = []
    end = 0
    for start, stop, found in _spans(text):
        beside.append(_between(text[end:start], after_call=bool(calls), before_call=True))
        calls += found
        end = stop
    if not calls:
        return text, ()
    beside.append(_between(text[end:], after_call=True, before_call=False))
    return "\n".join(filter(None, beside)), tuple(calls)


def with_plain_calls(text: str) -> str:
    """A model's answer with its calls in the form of `text_of_calls`; without calls as it is."""
    content, calls = read_calls(text)
    return "\n".join(filter(None, (content, text_of_calls(calls)))) if calls else text


def _between(text: str, *, after_call: bool, before_call: bool) -> str:
    if after_call:
        text = _MARKS_BEHIND.sub("", text)
    if before_call:
        text = _MARKS_BEFORE.sub("", text)
    return text.strip()


def _spans(text: str) -> Iterator[tuple[int, int, list[ToolCall]]]:
    """Start and end of the JSON that is calls, and the calls."""
    at = 0
    while (opens := _OPENS.search(text, at)) is not None:
        start = opens.start()
        try:
            value, at = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            at = start + 1
            continue
        found = [_call(one) for one in (value if isinstance(value, list) else [value])]
        calls = [one for one in found if one is not None]
        if calls and len(calls) == len(found):
            yield start, at, calls


def _call(value: object) -> ToolCall | None:
    """The call that a JSON value is; none if it is something else."""
    if not isinstance(value, dict):
        return None
    inner = value.get("function")
    call: dict[str, Any] = inner if isinstance(inner, dict) else value
    name, given = call.get("name"), call.get("arguments", call.get("parameters"))
    if isinstance(given, str):  # as OpenAI's API writes them
        try:
            given = parse_json(given)
        except ContractError:
            return None
    if not isinstance(name, str) or not isinstance(given, dict) or call.keys() - _KEYS:
        return None
    return ToolCall(name, as_json(given))


def _no_constant(name: str) -> float:
    raise ValueError(name)


_DECODER = json.JSONDecoder(parse_constant=_no_constant)
