"""`RowCleaner`: the turns of a conversation and the texts of a JSON answer, cleaned."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from tunewright.config.schema.cleaning import Cleaning
from tunewright.data.cleaning.text import Change, CharactersError, TextCleaner
from tunewright.data.rows import Message
from tunewright.data.tools import ToolCall, as_json


class RowCleaner:
    """Cleans what is learnt and what it is learnt from; holds nothing from one row to the next."""

    def __init__(self, settings: Cleaning) -> None:
        """Hold the settings (`data.cleaning`)."""
        self._clean = TextCleaner(settings)

    def turns(self, turns: Sequence[Message], changes: set[Change]) -> tuple[Message, ...]:
        """The turns before the answer.

        Raises:
            CharactersError: names the turn and what it holds that the settings reject.
        """
        return tuple(
            self._turn(turn, f"turn {number}", changes) for number, turn in enumerate(turns, start=1)
        )

    def answer(self, text: str, changes: set[Change]) -> str:
        """An answer that is a text or a label.

        Raises:
            CharactersError: as in `turns`.
        """
        return self._text(text, "answer", changes)

    def calls(
        self, calls: Sequence[ToolCall], changes: set[Change], what: str = "answer"
    ) -> tuple[ToolCall, ...]:
        """The calls of a turn, the texts of their arguments cleaned.

        Raises:
            CharactersError: as in `turns`.
        """
        return tuple(
            replace(call, arguments=as_json(self.value(json.loads(call.arguments), changes, what)))
            for call in calls
        )

    def value(self, value: object, changes: set[Change], what: str = "answer") -> object:
        """A parsed JSON value with its texts cleaned; its keys are the contract's and stay.

        Raises:
            CharactersError: as in `turns`.
        """
        if isinstance(value, str):
            return self._text(value, what, changes)
        if isinstance(value, dict):
            return {key: self.value(below, changes, what) for key, below in value.items()}
        if isinstance(value, list):
            return [self.value(below, changes, what) for below in value]
        return value

    def _turn(self, turn: Message, what: str, changes: set[Change]) -> Message:
        content = self._text(turn.content, what, changes)
        if turn.tool_calls:
            return replace(turn, content=content, tool_calls=self.calls(turn.tool_calls, changes, what))
        return turn if content == turn.content else replace(turn, content=content)

    def _text(self, text: str, what: str, changes: set[Change]) -> str:
        try:
            return self._clean(text, changes)
        except CharactersError as error:
            raise CharactersError(f"{what} holds {error}") from None
