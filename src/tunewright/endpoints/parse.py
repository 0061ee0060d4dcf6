"""What a server sent as an answer: in one piece, or in many. Whatever is not right is named."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, NonNegativeInt, ValidationError

from tunewright.data.contract import ContractError, parse_json
from tunewright.data.tools import ToolCall, as_json, text_of_calls
from tunewright.endpoints.answer import Completion
from tunewright.endpoints.faults import FaultError, malformed

HELD_BACK = ("content_filter", "length")
"""Reasons to end an answer before its first word; any other answer has a text."""
DATA = "data:"
END = "[DONE]"


class _Function(BaseModel):
    name: str | None = None
    arguments: str | None = None


class _Call(BaseModel):
    index: int = 0
    function: _Function = _Function()


class _Text(BaseModel):
    content: str | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(BaseModel):
    message: _Text
    finish_reason: str


class _Usage(BaseModel):
    prompt_tokens: NonNegativeInt
    completion_tokens: NonNegativeInt


class _Answer(BaseModel):
    choices: list[_Choice]
    usage: _Usage | None = None


class _PieceChoice(BaseModel):
    delta: _Text = _Text()
    finish_reason: str | None = None


class _Piece(BaseModel):
    choices: list[_PieceChoice] = []
    usage: _Usage | None = None


def answer_in(text: str, seconds: float) -> Completion:
    """The answer that a response holds.

    Raises:
        FaultError: it is no answer; says what it is instead.
    """
    try:
        answer = _Answer.model_validate(_json(text))
    except ValidationError as error:
        raise FaultError(malformed(_first_fault(error))) from error
    if not answer.choices:
        raise FaultError(malformed("`choices` is empty"))
    choice = answer.choices[0]
    return _completion(choice.message, choice.finish_reason, answer.usage, seconds, None)


class Pieces:
    """The lines of a streamed answer, as they come."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._text: list[str] = []
        self._refusal: list[str] = []
        self._calls: dict[int, _Function] = {}
        self._finish_reason: str | None = None
        self._usage: _Usage | None = None
        self._other: list[str] = []

    def take(self, line: str) -> bool:
        """Take one line; true if it brought a piece of the text.

        Raises:
            FaultError: it is no piece of an answer.
        """
        if not line.startswith(DATA):
            if line.strip() and not line.startswith((":", "event:", "id:", "retry:")):
                self._other.append(line)
            return False
        data = line.removeprefix(DATA).strip()
        if data == END:
            return False
        try:
            piece = _Piece.model_validate(_json(data))
        except ValidationError as error:
            raise FaultError(malformed(_first_fault(error))) from error
        self._usage = piece.usage or self._usage
        if not piece.choices:
            return False
        choice = piece.choices[0]
        self._finish_reason = choice.finish_reason or self._finish_reason
        self._text.append(choice.delta.content or "")
        self._refusal.append(choice.delta.refusal or "")
        for piece_of_call in choice.delta.tool_calls or []:
            self._take_call(piece_of_call)
        return bool(choice.delta.content or choice.delta.refusal or choice.delta.tool_calls)

    def _take_call(self, piece: _Call) -> None:
        """The name comes with the first piece of a call, the arguments with all of them."""
        known = self._calls.setdefault(piece.index, _Function())
        known.name = known.name or piece.function.name
        known.arguments = (known.arguments or "") + (piece.function.arguments or "")

    def whole(self, seconds: float, first: float | None) -> Completion:
        """The answer after the last line.

        Raises:
            FaultError: it is not whole.
        """
        if self._other:
            return answer_in(
                "\n".join(self._other), seconds
            )  # a server that does not stream, or an error page
        if self._finish_reason is None:
            raise FaultError(malformed("the stream ended amid the answer", passes=True))
        content, refusal = "".join(self._text) or None, "".join(self._refusal) or None
        calls = [_Call(function=one) for _, one in sorted(self._calls.items())]
        if content is None and refusal is None and not calls and self._finish_reason == "stop":
            content = ""
        text = _Text(content=content, refusal=refusal, tool_calls=calls)
        return _completion(text, self._finish_reason, self._usage, seconds, first)


def _completion(
    text: _Text, finish_reason: str, usage: _Usage | None, seconds: float, first: float | None
) -> Completion:
    content = text.content if text.content is not None else text.refusal
    if text.tool_calls:
        content = "\n".join(filter(None, (content, *map(_text_of_call, text.tool_calls))))
    if content is None:
        if finish_reason not in HELD_BACK:
            raise FaultError(malformed(f"`content` is null, though the answer ended with {finish_reason!r}"))
        content = ""
    if usage is None:
        raise FaultError(malformed("`usage` is missing, and without it neither tokens nor cost are known"))
    # Half a surrogate pair, which JSON can write, is no text: no file could hold it.
    content = content.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return Completion(content, usage.prompt_tokens, usage.completion_tokens, finish_reason, seconds, first)


def _text_of_call(call: _Call) -> str:
    """A call as a line of text; arguments that are no object stay what they are: a wrong answer."""
    name, arguments = call.function.name or "", call.function.arguments or ""
    try:
        value = parse_json(arguments or "{}")
    except ContractError:
        value = None
    if isinstance(value, dict):
        return text_of_calls([ToolCall(name, as_json(value))])
    return json.dumps({"name": name, "arguments": arguments}, ensure_ascii=False)


def _json(text: str) -> Any:  # noqa: ANN401 - a JSON value
    """Raises: FaultError: the text is no JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        what = (
            "an HTML page"
            if text.lstrip()[:1] == "<"
            else f"no JSON ({error})"
            if text.strip()
            else "nothing"
        )
        raise FaultError(malformed(f"it is {what}")) from error


def _first_fault(error: ValidationError) -> str:
    """The first thing that is wrong with an answer, by its place; never what stands there."""
    first = error.errors(include_input=False)[0]
    place = ".".join(map(str, first["loc"])) or "the answer"
    return f"`{place}` is missing" if first["type"] == "missing" else f"`{place}`: {first['msg'].lower()}"
