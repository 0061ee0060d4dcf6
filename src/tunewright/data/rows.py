"""`Row`: one prepared example, as it stands in artifacts/data/*.jsonl."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from tunewright.artifacts import read_jsonl, read_lines, write_lines
from tunewright.data.tools import Tool, ToolCall, as_json, text_of_calls, text_of_tools

Role = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True)
class Message:
    """One turn of a conversation.

    Attributes:
        role: who speaks; `tool` gives the result of a call.
        content: what is said; may be empty beside calls.
        tool_calls: of an assistant's turn.
        tool_call_id, name: of the call that a result belongs to, and of its function.
        tools: what may be called in the conversation. The first turn declares it, so that whoever is handed
            the turns has the tools too.
    """

    role: Role
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""
    name: str = ""
    tools: tuple[Tool, ...] = ()

    @property
    def text(self) -> str:
        """All that the turn says: its content, then its calls, a line each."""
        if not self.tool_calls:
            return self.content
        return "\n".join(filter(None, (self.content, text_of_calls(self.tool_calls))))

    def laid_out(self) -> dict[str, Any]:
        """The turn as chat templates take it, in transformers' layout."""
        turn: dict[str, Any] = {"role": self.role, "content": self.content}
        if self.tool_calls:
            turn["tool_calls"] = [call.laid_out() for call in self.tool_calls]
        if self.role == "tool":
            turn |= {"tool_call_id": self.tool_call_id, "name": self.name}
        return turn

    def sent(self) -> dict[str, Any]:
        """The turn as servers take it, in the layout of OpenAI's chat API."""
        turn: dict[str, Any] = {"role": self.role, "content": self.content}
        if self.tool_calls:
            turn["tool_calls"] = [call.sent() for call in self.tool_calls]
        if self.role == "tool":
            turn["tool_call_id"] = self.tool_call_id
        return turn


def tools_of(messages: Sequence[Message]) -> tuple[Tool, ...]:
    """The tools of a conversation."""
    return messages[0].tools if messages else ()


def tools_laid_out(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """The tools of a conversation as chat templates and servers take them."""
    return [tool.laid_out() for tool in tools_of(messages)]


def with_tools(messages: Sequence[Message], tools: tuple[Tool, ...]) -> tuple[Message, ...]:
    """The turns with these tools, which the first one declares."""
    due = (tools, *[()] * (len(messages) - 1))
    return tuple(
        turn if turn.tools == own else replace(turn, tools=own)
        for turn, own in zip(messages, due, strict=False)
    )


def asked_last(rows: Sequence[Row]) -> list[Row]:
    """The rows whose last turn before the answer is the user's, and no result of a call."""
    return [row for row in rows if row.prompt[-1].role == "user"]


def shown_turns(messages: Sequence[Message]) -> list[tuple[str, str]]:
    """What people read of a conversation: who speaks and what is said; tools stand before all turns."""
    tools = tools_of(messages)
    declared = [("tools", text_of_tools(tools))] if tools else []
    return [*declared, *((turn.role, turn.text) for turn in messages)]


@dataclass(frozen=True)
class Row:
    """One example: a conversation that ends with the answer to learn.

    Attributes:
        id: unique within the data set.
        messages: turns; the last is the assistant's.
        group: rows of one group share a split: the field of `split.group_by`, else the name of the cluster of
            near-duplicates, which is a hash of its least prompt (of a frozen row, of its own).
        source: path of the raw file.
        meta: further fields, as text.
    """

    id: str
    messages: tuple[Message, ...]
    group: str
    source: str
    meta: dict[str, str] = field(default_factory=dict)

    @property
    def prompt(self) -> tuple[Message, ...]:
        """The turns before the answer."""
        return self.messages[:-1]

    @property
    def reference(self) -> str:
        """The right answer: what the last turn says."""
        return self.messages[-1].text

    @property
    def tools(self) -> tuple[Tool, ...]:
        """What may be called in the conversation."""
        return tools_of(self.messages)

    def with_instructions(self, instructions: str) -> Row:
        """The row with the task's instructions as system turn, unless it brings its own or there are none."""
        if not instructions or self.messages[0].role == "system":
            return self
        messages = with_tools((Message("system", instructions.strip()), *self.messages), self.tools)
        return Row(self.id, messages, self.group, self.source, self.meta)


def row_line(row: Row) -> str:
    """A row as a line of JSONL: `{"id", "messages", "group", "source", "meta"}`, perhaps with `tools`."""
    values = {"id": row.id, "messages": [turn.laid_out() for turn in row.messages]}
    if row.tools:
        values["tools"] = [tool.laid_out() for tool in row.tools]
    return _COMPACT.encode({**values, "group": row.group, "source": row.source, "meta": row.meta}) + "\n"


def row_from(raw: dict[str, Any]) -> Row:
    """The row that a line holds."""
    messages = tuple(map(_message, raw["messages"]))
    if "tools" in raw:
        functions = [tool["function"] for tool in raw["tools"]]
        messages = with_tools(messages, tuple(Tool(one["name"], as_json(one)) for one in functions))
    return Row(
        id=raw["id"], messages=messages, group=raw["group"], source=raw["source"], meta=dict(raw["meta"])
    )


def _message(raw: dict[str, Any]) -> Message:
    calls = ((call["id"], call["function"]) for call in raw.get("tool_calls", ()))
    return Message(
        raw["role"],
        raw["content"],
        tuple(ToolCall(call["name"], as_json(call["arguments"]), name) for name, call in calls),
        raw.get("tool_call_id", ""),
        raw.get("name", ""),
    )


def write_rows(path: Path, rows: Iterable[Row]) -> int:
    """Write rows as JSONL, one at a time; returns how many."""
    return write_lines(path, map(row_line, rows))


def read_rows(path: Path) -> Sequence[Row]:
    """Read rows that `prepare` wrote.

    Raises:
        TunewrightError: the file is missing or damaged.
    """
    return [row_from(raw) for raw in read_jsonl(path)]


def rows_named(path: Path, ids: Collection[str]) -> dict[str, Row]:
    """The rows of these ids, by id; the others are not parsed.

    Raises:
        TunewrightError: the file is missing.
    """
    starts = {_COMPACT.encode({"id": name})[:-1] + ", ": name for name in ids}
    found: dict[str, Row] = {}
    for line in read_lines(path):
        name = next((starts[start] for start in starts if line.startswith(start)), None)
        if name is not None:
            found[name] = row_from(json.loads(line))
    return found


_COMPACT = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
