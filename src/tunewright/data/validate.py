"""A raw row becomes a row of the data set or is rejected: its structure, contract and personal data.

Reasons never quote a row, except a single word in place of a label, cut to 40 characters.
"""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, get_args

from tunewright.config.schema.data import DataFormat, Fields, Split
from tunewright.config.schema.task import OutputContract, TaskKind
from tunewright.data.candidate import ABSENT, digest, normalise
from tunewright.data.contract import (
    ContractError,
    SchemaContract,
    canonical_json,
    is_text,
    json_type,
    named,
    parse_json,
    quote,
)
from tunewright.data.personal.guard import Guarded, PersonalDataGuard, Refused, Tally
from tunewright.data.personal.parts import Example
from tunewright.data.raw_row import Discarded, Place, RawRow
from tunewright.data.rows import Message, Role, Row

_ANSWER = "completion"
_ROLES = get_args(Role)
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
    """

    row: Row
    place: Place
    stratum: str
    moment: str
    personal: Mapping[Tally, int]


class _FaultError(Exception):
    """Why a row is rejected."""


class RowCheck:
    """The check of one project's rows."""

    def __init__(
        self,
        fields: Fields,
        split: Split,
        kind: TaskKind,
        output: OutputContract,
        guard: PersonalDataGuard | None = None,
    ) -> None:
        """Compile the contract.

        Args:
            fields: which field holds what.
            split: which field groups rows, and which balances them.
            kind: the task's kind.
            output: the contract of an answer.
            guard: applies the policy on personal data; None lets all of it through.

        Raises:
            DataError: the JSON Schema cannot be used.
        """
        self._guard = guard
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
        except _FaultError as fault:
            return Discarded(raw.place, str(fault))

    def corrected(self, checked: CheckedRow, answer: object) -> CheckedRow | Discarded:
        """The row with the answer that a reviewer gave instead, or why it cannot be taken."""
        before = checked.row
        try:
            messages = (*before.prompt, Message("assistant", self._answer(answer)))
        except _FaultError as fault:
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
        return replace(checked, row=row, stratum=stratum)

    def _checked(self, raw: RawRow, form: DataFormat) -> CheckedRow | Discarded:
        prompt, given = _chat(raw, self._fields) if form == "chat" else _single_turn(raw, self._fields)
        group_by = self._split.group_by
        example = Example(
            messages=(*prompt, Message("assistant", self._answer(given))),
            meta=_meta(raw.values, self._fields.meta),
            group=None if group_by is None else _name(raw, group_by),
            id=None if self._fields.id is None else _name(raw, self._fields.id),
        )
        guarded = Guarded(example, Counter()) if self._guard is None else self._guard(example)
        if isinstance(guarded, Refused):
            return Discarded(raw.place, guarded.reason, stops=guarded.stops, personal=guarded.found)
        if guarded.example is not example:
            self._refuse_broken(example, guarded.example)
            example = guarded.example
        row = Row(
            id=_derived_id(example.messages) if example.id is None else example.id,
            messages=example.messages,
            group=example.group or "",
            source=raw.place.file,
            meta=dict(example.meta),
        )
        stratum = self._stratum(raw, row.reference)
        return CheckedRow(row, raw.place, stratum, self._moment(raw), guarded.found)

    def _refuse_broken(self, before: Example, after: Example) -> None:
        """Reject a row whose answer keeps the contract no longer, now that personal data is out of it."""
        answer = after.messages[-1].content
        if self._contract is None or answer == before.messages[-1].content:
            return
        violations = self._contract.violations(parse_json(answer))
        if violations:
            raise _FaultError(
                f"answer without its personal data breaks the contract: {violations[0]}; "
                "data.personal_data.allow names keys (answer.KEY) that must be learnt"
            )

    def _answer(self, given: object) -> str:
        """The answer as the model shall write it."""
        if self._kind == "extraction":
            return self._json_answer(given)
        answer = _text(given, "answer")
        if self._kind == "classification" and answer not in self._labels:
            near = difflib.get_close_matches(normalise(answer), map(normalise, self._labels), n=1)
            nearest = [label for label in self._labels if normalise(label) in near]
            hint = f"; the nearest is {quote(nearest[0])}" if nearest else ""
            raise _FaultError(f"label {named(answer)} is not in the label set{hint}")
        return answer

    def _json_answer(self, given: object) -> str:
        assert self._contract is not None and self._schema is not None  # noqa: S101 - settings see to it
        try:
            value = parse_json(given if isinstance(given, str) else json.dumps(given, allow_nan=False))
        except ContractError as error:
            raise _FaultError(f"answer: {error}") from None
        except (TypeError, ValueError):
            raise _FaultError("answer holds what JSON cannot") from None
        violations = self._contract.violations(value)
        if violations:
            more = len(violations) - _MOST_VIOLATIONS
            shown = "; ".join(violations[:_MOST_VIOLATIONS]) + (f"; and {more} more" if more > 0 else "")
            raise _FaultError(f"answer breaks the contract: {shown}")
        return canonical_json(value, self._schema)

    def _stratum(self, raw: RawRow, answer: str) -> str:
        name = self._split.stratify_by
        if name is None:
            return ""
        head, _, key = name.partition(".")
        if head != _ANSWER:
            return _as_text(raw.values.get(name)) or ABSENT
        if not key:
            return answer
        value = json.loads(answer) if self._kind == "extraction" else None
        return json.dumps(value[key]) if isinstance(value, dict) and key in value else ABSENT

    def _moment(self, raw: RawRow) -> str:
        """When the row came about, in a form that sorts in time; empty where nobody asks."""
        field = self._split.order_by
        if field is None:
            return ""
        given = _field(raw.values, field)
        try:
            if isinstance(given, int | float) and not isinstance(given, bool):
                moment = datetime.fromtimestamp(given, UTC)
            else:
                moment = datetime.fromisoformat(str(given).strip())
        except (ValueError, OverflowError, OSError):
            raise _FaultError(f"field {quote(field)} is no time") from None
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


def _chat(raw: RawRow, fields: Fields) -> tuple[tuple[Message, ...], object]:
    """The turns before the answer, and the answer as it stands."""
    turns = _field(raw.values, fields.messages)
    if not isinstance(turns, list):
        raise _FaultError(f"{quote(fields.messages)} is {json_type(turns)}, not array")
    messages = [_turn(turn, number) for number, turn in enumerate(turns, start=1)]
    roles = [message.role for message in messages]
    first = 1 if roles[:1] == ["system"] else 0
    for number, role in enumerate(roles[first:], start=first + 1):
        due = "assistant" if (number - first) % 2 == 0 else "user"
        if role != due:
            raise _FaultError(f"turn {number} is {role} where {due} is due")
    if len(roles) == first:
        raise _FaultError("no turns but the system's" if first else "no turns")
    if roles[-1] != "assistant":
        raise _FaultError("the last turn is not the assistant's")
    return tuple(messages[:-1]), messages[-1].content


def _turn(turn: object, number: int) -> Message:
    if not isinstance(turn, dict):
        raise _FaultError(f"turn {number} is {json_type(turn)}, not object")
    unknown = sorted(str(key) for key in turn.keys() - {"role", "content"})
    if unknown:
        raise _FaultError(f"turn {number} has keys that are not read: {', '.join(map(quote, unknown))}")
    role = _field(turn, "role", f"turn {number}: ")
    if role not in _ROLES:
        raise _FaultError(f"turn {number}: role {quote(role)} is not one of {', '.join(_ROLES)}")
    return Message(role, _text(_field(turn, "content", f"turn {number}: "), f"turn {number}"))


def _single_turn(raw: RawRow, fields: Fields) -> tuple[tuple[Message, ...], object]:
    """The prompt as the only turn, and the answer as it stands."""
    prompt = _text(_field(raw.values, fields.prompt), quote(fields.prompt))
    return (Message("user", prompt),), _field(raw.values, fields.completion)


def _field(values: Mapping[str, Any], name: str, where: str = "") -> Any:  # noqa: ANN401 - a raw value
    if name not in values:
        raise _FaultError(f"{where}no field {quote(name)}")
    return values[name]


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise _FaultError(f"{what} is {json_type(value)}, not string")
    if not value.strip():
        raise _FaultError(f"{what} is blank")
    if not is_text(value):
        raise _FaultError(f"{what} holds half of a surrogate pair: it was cut inside a character")
    return value


def _name(raw: RawRow, field: str) -> str:
    """A field that must be there: the row's id or group."""
    name = _as_text(_field(raw.values, field))
    if not name.strip():
        raise _FaultError(f"field {quote(field)} is blank")
    return name


def _meta(values: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    """The further fields as text, without those that the row leaves out, blank or null."""
    meta = {name: _as_text(values.get(name)) for name in names}
    return {name: text for name, text in meta.items() if text.strip()}


def _as_text(value: object) -> str:
    """A plain value as text, null as none; a list or an object as JSON."""
    if value is None:
        return ""
    try:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError):
        raise _FaultError("a field holds what JSON cannot") from None
    return text if not text else _text(text, "a field") if text.strip() else ""


def _derived_id(messages: tuple[Message, ...]) -> str:
    """A name made from the row's content alone."""
    return digest(json.dumps([[turn.role, turn.content] for turn in messages]))
