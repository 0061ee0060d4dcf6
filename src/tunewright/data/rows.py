"""`Row`: one prepared example, as it stands in artifacts/data/*.jsonl."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tunewright.artifacts import read_jsonl, read_lines, write_lines

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


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
        """The right answer: the content of the last turn."""
        return self.messages[-1].content

    def with_instructions(self, instructions: str) -> Row:
        """The row with the task's instructions as system turn, unless it brings its own or there are none."""
        if not instructions or self.messages[0].role == "system":
            return self
        messages = (Message("system", instructions.strip()), *self.messages)
        return Row(self.id, messages, self.group, self.source, self.meta)


def row_line(row: Row) -> str:
    """A row as a line of JSONL: `{"id", "messages", "group", "source", "meta"}`."""
    messages = [{"role": turn.role, "content": turn.content} for turn in row.messages]
    values = {"id": row.id, "messages": messages, "group": row.group, "source": row.source, "meta": row.meta}
    return _COMPACT.encode(values) + "\n"


def row_from(raw: dict[str, Any]) -> Row:
    """The row that a line holds."""
    return Row(
        id=raw["id"],
        messages=tuple(Message(turn["role"], turn["content"]) for turn in raw["messages"]),
        group=raw["group"],
        source=raw["source"],
        meta=dict(raw["meta"]),
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
