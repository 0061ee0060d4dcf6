"""A raw row becomes a row of the data set or is rejected: its structure, contract and personal data.

Reasons never quote a row, except a single word in place of a label, cut to 40 characters.
"""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tunewright.config.schema.cleaning import Cleaning, Flag, Flags
from tunewright.config.schema.data import Data, DataFormat, Fields, Split
from tunewright.config.schema.task import OutputContract, TaskKind
from tunewright.data.call_text import read_calls
from tunewright.data.candidate import ABSENT, content_key, normalise
from tunewright.data.cleaning.flagging import FREE_TEXT, Flagger
from tunewright.data.cleaning.policy import refused
from tunewright.data.cleaning.row import RowCleaner
from tunewright.data.cleaning.text import Change, CharactersError
from tunewright.data.contract import (
    ContractError,
    SchemaContract,
    canonical_json,
    named,
    parse_json,
    quote,
)
from tunewright.data.fault import FaultError
from tunewright.data.personal.guard import Guarded, PersonalDataGuard, Refused, Tally, guard_of
from tunewright.data.personal.parts import Example
from tunewright.data.raw_fields import (
    RawTurns,
    as_text,
    chat_turns,
    field_of,
    meta_of,
    name_of,
    single_turn,
    text_of,
)
from tunewright.data.raw_row import Discarded, Place, RawRow
from tunewright.data.rows import Message, Row, tools_of
from tunewright.data.tool_contract import check_calls
from tunewright.data.turns import numbered

_ANSWER = "completion"
_MOST_VIOLATIONS = 3


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row that obeys the task's contract.

    Attributes:
        row: as it will be written; its group is empty where rows are not grouped by a field.
        place: where it stands in the raw data.
        stratum: value by which the split is balanced; empty where it is not.
        moment: ISO 8601 in UTC, by which the split is ordered; empty where it is not.
        personal: the personal data that was met in it: (field, kind, action) -> how often.
        changes: what cleaning changed in it.
        flags: what is doubtful about it.
    """

    row: Row
    place: Place
    stratum: str
    moment: str
    personal: Mapping[Tally, int]
    changes: frozenset[Change] = frozenset()
    flags: tuple[Flag, ...] = ()


def row_check(data: Data, kind: TaskKind, output: OutputContract) -> RowCheck:
    """The check of `prepare`, with all that the settings say; whoever compares with prepared rows takes it.

    Raises:
        DataError: the JSON Schema, or the key of the pseudonyms, cannot be used.
    """
    guard = guard_of(data.personal_data, kind)
    return RowCheck(data.fields, data.split, kind, output, guard, data.cleaning)


class RowCheck:
    """The check of one project's rows."""

    def __init__(
        self,
        fields: Fields,
        split: Split,
        kind: TaskKind,
        output: OutputContract,
        guard: PersonalDataGuard | None = None,
        cleaning: Cleaning | None = None,
    ) -> None:
        """Compile the contract.

        Args:
            fields: which field holds what.
            split: which field groups rows, and which balances them.
            kind: the task's kind.
            output: the contract of an answer.
            guard: applies the policy on personal data; None lets all of it through.
            cleaning: how texts are cleaned and flagged; None leaves them as they are.

        Raises:
            DataError: the JSON Schema cannot be used.
        """
        self._guard = guard
        self._cleaner = None if cleaning is None else RowCleaner(cleaning)
        self._flagger = None if cleaning is None else Flagger(kind)
        self._policies = Flags() if cleaning is None else cleaning.flags
        self._fields = fields
        self._split = split
        self._kind = kind
        self._labels = output.labels or ()
        self._schema = output.json_schema
        self._contract = SchemaContract(self._schema) if self._schema is not None else None

    def __call__(self, raw: RawRow, form: DataFormat) -> CheckedRow | Discarded:
        """The checked row, or why it cannot be one.

        The answer of an extraction is rewritten as canonical JSON, so that the model learns one way
        to write it.
        """
        try:
            return self._checked(raw, form)
        except FaultError as fault:
            return Discarded(raw.place, str(fault), fix=fault.fix)
        except CharactersError as error:
            fix = "take them out, or let data.cleaning remove them"
            return Discarded(raw.place, str(error), fix=fix)

    def corrected(self, checked: CheckedRow, answer: object) -> CheckedRow | Discarded:
        """The row with the answer that a reviewer gave instead, or why it cannot be taken."""
        before = checked.row
        try:
            messages = (*before.prompt, self._corrected(answer, before.prompt))
            check_calls(messages)
        except (FaultError, CharactersError) as fault:
            return Discarded(checked.place, f"corrected in review: {fault}")
        if self._guard is not None:
            kinds = self._guard.brought_in(
                Example(before.messages, before.meta), Example(messages, before.meta)
            )
            if kinds:
                reason = f"corrected in review: the answer brings in personal data: {', '.join(kinds)}"
                return Discarded(checked.place, reason)
        by_answer = (self._split.stratify_by or "").partition(".")[0] == _ANSWER
        row = replace(before, messages=messages)
        stratum = self._stratum(RawRow(checked.place, {}), row.reference) if by_answer else checked.stratum
        flags = () if self._flagger is None else self._flagger(messages)
        return refused(flags, self._policies, checked.place) or replace(
            checked, row=row, stratum=stratum, flags=flags
        )

    def _checked(self, raw: RawRow, form: DataFormat) -> CheckedRow | Discarded:
        turns = chat_turns(raw, self._fields) if form == "chat" else single_turn(raw, self._fields)
        changes: set[Change] = set()
        answer = self._last_turn(turns, changes)
        prompt = turns.prompt
        if "left_for_contract" not in changes:
            prompt = self._cleaned(prompt, changes)
        group_by = self._split.group_by
        example = Example(
            messages=(*prompt, answer),
            meta=meta_of(raw.values, self._fields.meta),
            group=None if group_by is None else name_of(raw, group_by),
            id=None if self._fields.id is None else name_of(raw, self._fields.id),
        )
        check_calls(example.messages)
        guarded = Guarded(example, Counter()) if self._guard is None else self._guard(example)
        if isinstance(guarded, Refused):
            return Discarded(raw.place, guarded.reason, stops=guarded.stops, personal=guarded.found)
        if guarded.example is not example:
            self._refuse_broken(example, guarded.example)
            example = guarded.example
        flags = () if self._flagger is None else self._flagger(example.messages)
        doubtful = refused(flags, self._policies, raw.place)
        if doubtful is not None:
            return replace(doubtful, personal=guarded.found)
        row = Row(
            id=content_key(example.messages) if example.id is None else example.id,
            messages=example.messages,
            group=example.group or "",
            source=raw.place.file,
            meta=dict(example.meta),
        )
        stratum = self._stratum(raw, row.reference)
        return CheckedRow(
            row, raw.place, stratum, self._moment(raw), guarded.found, frozenset(changes), flags
        )

    def _refuse_broken(self, before: Example, after: Example) -> None:
        """Reject a row that keeps the contracts no longer, now that personal data is out of it."""
        check_calls(after.messages, "without its personal data ")
        answer = after.messages[-1].content
        if self._contract is None or answer == before.messages[-1].content:
            return
        violations = self._contract.violations(parse_json(answer))
        if violations:
            raise FaultError(
                f"answer without its personal data breaks the contract: {violations[0]}; "
                "data.personal_data.allow names keys (answer.KEY) that must be learnt"
            )

    def _cleaned(self, prompt: tuple[Message, ...], changes: set[Change]) -> tuple[Message, ...]:
        """The turns before the answer, cleaned; none may be left blank."""
        if self._cleaner is None:
            return prompt
        turns = self._cleaner.turns(prompt, changes)
        for number, turn in enumerate(turns, start=1):
            if turn.role != "tool" and not turn.tool_calls:
                text_of(turn.content, f"turn {number}")
        return turns

    def _last_turn(self, turns: RawTurns, changes: set[Change]) -> Message:
        """The turn that is learnt: an answer, or calls with or without a text beside them."""
        if not turns.tool_calls:
            return Message("assistant", self._answer(turns.answer, changes))
        if self._kind not in FREE_TEXT:
            raise FaultError(
                "the last turn calls a tool, which is no answer that the task's contract knows",
                "tasks of kind chat or generation learn calls; else end the row with the answer",
            )
        content, calls = str(turns.answer), turns.tool_calls
        if self._cleaner is not None:
            content = self._cleaner.answer(content, changes)
            calls = self._cleaner.calls(calls, changes)
        return Message("assistant", content, calls)

    def _corrected(self, answer: object, prompt: Sequence[Message]) -> Message:
        """A reviewer's answer as the last turn; calls in it are written as the review shows them."""
        content, calls = read_calls(answer) if isinstance(answer, str) and tools_of(prompt) else (answer, ())
        before = sum(len(turn.tool_calls) for turn in prompt)
        return self._last_turn(RawTurns(tuple(prompt), content, numbered(calls, before)), set())

    def _answer(self, given: object, changes: set[Change]) -> str:
        """The answer as the model shall write it."""
        if self._kind == "extraction":
            return self._json_answer(given, changes)
        answer = text_of(given, "answer")
        if self._cleaner is not None and answer not in self._labels:
            answer = text_of(self._cleaner.answer(answer, changes), "answer")
        if self._kind == "classification" and answer not in self._labels:
            near = difflib.get_close_matches(normalise(answer), map(normalise, self._labels), n=1)
            nearest = [label for label in self._labels if normalise(label) in near]
            hint = f"; the nearest is {quote(nearest[0])}" if nearest else ""
            raise FaultError(f"label {named(answer)} is not in the label set{hint}")
        return answer

    def _json_answer(self, given: object, changes: set[Change]) -> str:
        assert self._contract is not None and self._schema is not None  # noqa: S101 - settings see to it
        try:
            value = parse_json(given if isinstance(given, str) else json.dumps(given, allow_nan=False))
        except ContractError as error:
            raise FaultError(f"answer: {error}") from None
        except (TypeError, ValueError):
            raise FaultError("answer holds what JSON cannot") from None
        value = self._clean_value(value, changes)
        violations = self._contract.violations(value)
        if violations:
            more = len(violations) - _MOST_VIOLATIONS
            shown = "; ".join(violations[:_MOST_VIOLATIONS]) + (f"; and {more} more" if more > 0 else "")
            raise FaultError(f"answer breaks the contract: {shown}")
        return canonical_json(value, self._schema)

    def _clean_value(self, value: object, changes: set[Change]) -> object:
        """A JSON answer with clean texts; as it is where it keeps the contract only so."""
        if self._cleaner is None or self._contract is None:
            return value
        made: set[Change] = set()
        cleaned = self._cleaner.value(value, made)
        if made and self._contract.violations(cleaned) and not self._contract.violations(value):
            changes.add("left_for_contract")
            return value
        changes |= made
        return cleaned

    def _stratum(self, raw: RawRow, answer: str) -> str:
        name = self._split.stratify_by
        if name is None:
            return ""
        head, _, key = name.partition(".")
        if head != _ANSWER:
            return as_text(raw.values.get(name)) or ABSENT
        if not key:
            return answer
        value = json.loads(answer) if self._kind == "extraction" else None
        return json.dumps(value[key]) if isinstance(value, dict) and key in value else ABSENT

    def _moment(self, raw: RawRow) -> str:
        """When the row came about, in a form that sorts in time; empty where nobody asks."""
        field = self._split.order_by
        if field is None:
            return ""
        given = field_of(raw.values, field)
        try:
            if isinstance(given, int | float) and not isinstance(given, bool):
                moment = datetime.fromtimestamp(given, UTC)
            else:
                moment = datetime.fromisoformat(str(given).strip())
        except (ValueError, OverflowError, OSError):
            raise FaultError(f"field {quote(field)} is no time") from None
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
