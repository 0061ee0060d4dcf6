"""`Part`: a text of a row that is searched on its own, and how a row is taken apart and put together."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from tunewright.data.rows import Message, tools_of, with_tools
from tunewright.data.tools import Tool, as_json

AnswerForm = Literal["text", "label", "json"]
"""What an answer is; a label is the contract's own word and is not searched."""

_FEWEST_DIGITS = 7


@dataclass(frozen=True)
class Example:
    """What personal data is looked for in.

    Attributes:
        messages: the turns; the last is the answer.
        meta: further fields.
        group: the value of the field that rows are grouped by; None where there is none.
        id: the value of the field that names rows; None where names are made from the content.
    """

    messages: tuple[Message, ...]
    meta: Mapping[str, str]
    group: str | None = None
    id: str | None = None


@dataclass(frozen=True)
class Part:
    """One text of a row.

    Attributes:
        field: `prompt`, `answer`, `meta.NAME`, `group` or `id`.
        text: as it stands.
        name: of the meta field or JSON key that holds it; empty for none.
        is_number: a number of a JSON answer or argument, which no text can stand for.
        taken: spans that were dealt with.
    """

    field: str
    text: str
    name: str = ""
    is_number: bool = False
    taken: tuple[tuple[int, int], ...] = ()


def take_apart(example: Example, form: AnswerForm) -> list[Part]:
    """All texts of a row, in one order.

    Declarations of tools are part of the prompt, arguments part of the turn that calls. Names of functions
    say nothing of a customer, and ids of calls are made by `prepare`.
    """
    parts = [part for tool in tools_of(example.messages) for part in _of_json("prompt", _described(tool))]
    for turn in example.messages[:-1]:
        parts += [Part("prompt", turn.content), *_of_calls("prompt", turn)]
    answer = example.messages[-1]
    if form == "text":
        parts.append(Part("answer", answer.content))
    elif form == "json":
        parts += _of_json("answer", json.loads(answer.content))
    parts += _of_calls("answer", answer)
    parts += [Part(f"meta.{name}", text, name) for name, text in example.meta.items()]
    parts += [Part(name, text, name) for name, text in _names(example)]
    return parts


def put_together(example: Example, form: AnswerForm, parts: Sequence[Part]) -> Example:
    """The row with the texts of its parts, which are in the order of `take_apart`."""
    texts = iter([part.text for part in parts])

    def rebuilt(text: str) -> object:
        return _rebuilt(json.loads(text), lambda: next(texts))

    def with_calls(turn: Message) -> Message:
        calls = (replace(one, arguments=as_json(rebuilt(one.arguments))) for one in turn.tool_calls)
        return replace(turn, tool_calls=tuple(calls)) if turn.tool_calls else turn

    tools = tuple(
        Tool(tool.name, as_json({"name": tool.name, **_rebuilt_keys(_described(tool), lambda: next(texts))}))
        for tool in tools_of(example.messages)
    )
    messages = [with_calls(replace(turn, content=next(texts))) for turn in example.messages[:-1]]
    answer = example.messages[-1]
    if form == "text":
        answer = replace(answer, content=next(texts))
    elif form == "json":
        value = rebuilt(answer.content)
        answer = replace(answer, content=json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    answer = with_calls(answer)
    meta = {name: next(texts) for name in example.meta}
    names = {name: next(texts) for name, _ in _names(example)}
    return Example(with_tools((*messages, answer), tools), meta, names.get("group"), names.get("id"))


def _of_calls(field: str, turn: Message) -> Iterator[Part]:
    for call in turn.tool_calls:
        yield from _of_json(field, json.loads(call.arguments))


def _described(tool: Tool) -> dict[str, Any]:
    """What is declared of a function besides its name, which stands first."""
    return {key: value for key, value in json.loads(tool.function).items() if key != "name"}


def _names(example: Example) -> Iterator[tuple[str, str]]:
    if example.group is not None:
        yield "group", example.group
    if example.id is not None:
        yield "id", example.id


def _of_json(field: str, value: object, name: str = "") -> Iterator[Part]:
    """Keys, texts and long numbers of a parsed JSON value, in the order of `_rebuilt`."""
    if isinstance(value, str):
        yield Part(field, value, name)
    elif _is_long(value):
        yield Part(field, str(value), name, is_number=True)
    elif isinstance(value, dict):
        for key, below in value.items():
            yield Part(field, key)
            yield from _of_json(field, below, key)
    elif isinstance(value, list):
        for below in value:
            yield from _of_json(field, below, name)


def _rebuilt(value: object, next_text: Callable[[], str]) -> object:
    if isinstance(value, str):
        return next_text()
    if _is_long(value):
        next_text()
        return value
    if isinstance(value, dict):
        return _rebuilt_keys(value, next_text)
    if isinstance(value, list):
        return [_rebuilt(below, next_text) for below in value]
    return value


def _rebuilt_keys(value: Mapping[str, object], next_text: Callable[[], str]) -> dict[str, object]:
    return {next_text(): _rebuilt(below, next_text) for below in value.values()}


def _is_long(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10 ** (_FEWEST_DIGITS - 1)
