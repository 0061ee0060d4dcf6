"""`ChatRequest` and `Completion`: what is asked of a server, and what it answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Turn(Protocol):
    """One turn of a conversation; `tunewright.data.rows.Message` is one."""

    @property
    def role(self) -> str:
        """Who speaks: system, user or assistant."""

    @property
    def content(self) -> str:
        """What is said."""


@dataclass(frozen=True)
class ChatRequest:
    """A conversation whose next turn is wanted.

    Attributes:
        id: names it in messages, such as a row's id.
        messages: the turns so far.
    """

    id: str
    messages: Sequence[Turn]


@dataclass(frozen=True)
class Completion:
    """An answer.

    Attributes:
        text: of the answer; empty if the server's filter held it back.
        prompt_tokens: of the whole conversation, as the server counts.
        completion_tokens: of the answer, likewise.
        finish_reason: why it ended: stop, length, content_filter.
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
        return self.finish_reason == "stop"
