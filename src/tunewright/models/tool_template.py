"""Whether a chat template shows tools, calls and results: one that does not know them leaves them out.

Seen on a made-up conversation whose parts carry marks: what the template writes down has the mark, or the
part was left out. (transformers hands `tools` and `tool_calls` to every template, whatever it makes of them.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from tunewright.data.rows import Message, tools_of
from tunewright.data.tools import Tool, ToolCall, as_json

Part = Literal[
    "the tools of a row",
    "calls",
    "more than one call of a turn",
    "the text beside a call",
    "results of calls",
]

_NAME = "look_up_parcel"
_PARAMETERS = {
    "type": "object",
    "properties": {"parcel": {"type": "string", "description": "its number"}},
    "required": ["parcel"],
}
_TOOL = Tool(_NAME, as_json({"name": _NAME, "description": "Where a parcel is.", "parameters": _PARAMETERS}))
_ASKED = Message("user", "Where are my parcels?", tools=(_TOOL,))
_MARKS = ("first-argument", "second-argument", "text-beside", "some-result")
_FIRST, _SECOND = (
    ToolCall(_NAME, as_json({"parcel": mark}), name)
    for mark, name in zip(_MARKS[:2], ("call00001", "call00002"), strict=True)
)


@dataclass(frozen=True)
class Probe:
    """A conversation and the mark of the part that it is about."""

    messages: tuple[Message, ...]
    mark: str


_RESULT = Message("tool", _MARKS[3], tool_call_id="call00001", name=_NAME)
PROBES: dict[Part, Probe] = {
    "the tools of a row": Probe((_ASKED,), _NAME),
    "calls": Probe((_ASKED, Message("assistant", "", (_FIRST,))), _MARKS[0]),
    "more than one call of a turn": Probe((_ASKED, Message("assistant", "", (_FIRST, _SECOND))), _MARKS[1]),
    "the text beside a call": Probe((_ASKED, Message("assistant", _MARKS[2], (_FIRST,))), _MARKS[2]),
    "results of calls": Probe((_ASKED, Message("assistant", "", (_FIRST,)), _RESULT), _MARKS[3]),
}


def parts_of(messages: Sequence[Message]) -> list[Part]:
    """The parts of a conversation that a template may leave out."""
    calls = [turn for turn in messages if turn.tool_calls]
    found: dict[Part, bool] = {
        "the tools of a row": bool(tools_of(messages)),
        "calls": bool(calls),
        "more than one call of a turn": any(len(turn.tool_calls) > 1 for turn in calls),
        "the text beside a call": any(turn.content.strip() for turn in calls),
        "results of calls": any(turn.role == "tool" for turn in messages),
    }
    return [part for part in get_args(Part) if found[part]]


def left_out(render: Callable[[Sequence[Message]], str | None]) -> frozenset[Part]:
    """The parts that a template leaves out.

    Args:
        render: writes a conversation down; null where the template refuses it, as it will the row's own.
    """
    written = {part: render(probe.messages) for part, probe in PROBES.items()}
    return frozenset(
        part for part, text in written.items() if text is not None and PROBES[part].mark not in text
    )
