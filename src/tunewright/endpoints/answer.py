"""`ChatRequest` and `Completion`: what is asked of a server, and what it answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


class Turn(Protocol):
    """One turn of a conversation; `tunewright.data.rows.Message` is one."""

    @property
    def role(self) -> str:
        """Who speaks: system, user, assistant or tool."""

    @property
    def text(self) -> str:
        """All that is said, calls included."""

    def sent(self) -> dict[str, Any]:
        """The turn in the layout of OpenAI's chat API."""


@dataclass(frozen=True)
class ChatRequest:
    """A conversation whose next turn is wanted.

    Attributes:
        id: names it in messages, such as a row's id.
        messages: the turns so far.
        options: what else is sent with this request alone, by its name in the protocol.
        tools: declarations of what the model may call, in the layout of the protocol.
    """

    id: str
    messages: Sequence[Turn]
    options: Mapping[str, object] = field(default_factory=dict)
    tools: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Completion:
    """An answer.

    Attributes:
        text: of the answer, calls of tools included; empty if the server's filter held it back.
        prompt_tokens: of the whole conversation, as the server counts.
        completion_tokens: of the answer, likewise.
        finish_reason: why it ended: stop, tool_calls, length, content_filter.
        seconds: from sending the request to the end of its answer, waits and failed attempts left out; of a
            kept answer, those of the time when it was given.
        first_token_seconds: likewise, to the first piece of the answer; null unless it was streamed.
        from_cache: it was kept from earlier, and nothing was sent.
    """

    text: str
    prompt_tokens: int
    completion_tokens: int
    finish_reason: str
    seconds: float
    first_token_seconds: float | None = None
    from_cache: bool = False

    @property
    def finished(self) -> bool:
        """The model ended the answer by itself."""
        return self.finish_reason in ("stop", "tool_calls")
