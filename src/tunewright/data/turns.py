"""The turns of a conversation: roles in order, every call answered, calls numbered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tunewright.data.fault import FaultError
from tunewright.data.rows import Message
from tunewright.data.tools import ToolCall


def in_order(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The turns, if they are a conversation that ends with the assistant's: with an answer or a call.

    Calls are numbered anew, and each result gets the number and the name of its call: ids differ from export
    to export, and some chat templates take none but those of nine letters and digits (Mistral's). A result
    without an id belongs to the first call that waits for one, of its name if it has a name.

    Raises:
        FaultError: a role is out of order, a call has no result, a result belongs to no call, or an id stands
            twice.
    """
    first = 1 if messages[:1] and messages[0].role == "system" else 0
    found = list(messages[:first])
    due, count = "user", 0
    waiting: list[tuple[str, ToolCall]] = []
    ids: set[str] = set()
    for number, turn in enumerate(messages[first:], start=first + 1):
        if turn.role == "tool":
            call = waiting.pop(_answered(turn, number, [(name, one.name) for name, one in waiting]))[1]
            found.append(replace(turn, tool_call_id=call.id, name=call.name))
            due = "assistant"
            continue
        if waiting:
            raise FaultError(
                f"turn {number} is {turn.role}, but a call before it has no result",
                "add a tool turn for each call, or end the conversation with the call",
            )
        if turn.role != due:
            raise FaultError(f"turn {number} is {turn.role} where {due} is due")
        due = "user" if turn.role == "assistant" else "assistant"
        calls = numbered(turn.tool_calls, count)
        count += len(calls)
        given = [call.id for call in turn.tool_calls if call.id]
        if len({*given}) < len(given) or ids & {*given}:
            raise FaultError(f"turn {number} calls with an id that stands twice", "give each call its own id")
        ids |= {*given}
        waiting = [(call.id, new) for call, new in zip(turn.tool_calls, calls, strict=True)]
        found.append(replace(turn, tool_calls=calls) if calls else turn)
    if len(messages) == first:
        raise FaultError("no turns but the system's" if first else "no turns")
    if found[-1].role != "assistant":
        raise FaultError("the last turn is not the assistant's")
    return tuple(found)


def numbered(calls: Sequence[ToolCall], before: int) -> tuple[ToolCall, ...]:
    """The calls with ids of nine letters and digits: `call00001` and so on.

    Args:
        calls: of one turn.
        before: calls in the turns before it.
    """
    return tuple(replace(call, id=f"call{n:05}") for n, call in enumerate(calls, start=before + 1))


def _answered(turn: Message, number: int, waiting: Sequence[tuple[str, str]]) -> int:
    """Which of the waiting calls, each with its id as given and its name, a result belongs to."""
    for place, (name, function) in enumerate(waiting):
        if turn.tool_call_id and name != turn.tool_call_id:
            continue
        if not turn.name or function == turn.name:
            return place
    raise FaultError(
        f"turn {number} is a result that belongs to no call",
        "a tool turn follows the assistant's turn that calls; its tool_call_id is that of the call",
    )
