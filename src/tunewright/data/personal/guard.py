"""`PersonalDataGuard`: one row without the personal data that the policy does not let through."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from tunewright.config.schema.personal_data import PersonalData
from tunewright.config.schema.task import TaskKind
from tunewright.data.personal.find import Finder
from tunewright.data.personal.found import Found, without_overlaps
from tunewright.data.personal.key import find_key
from tunewright.data.personal.parts import AnswerForm, Example, Part, put_together, take_apart
from tunewright.data.personal.policy import Policy
from tunewright.data.personal.replace import Edit, Rest, Sought, blanked, replaced
from tunewright.data.personal.stand_ins import StandIns

Tally = tuple[str, str, str]
"""Field, kind and action; `allow` is the action for what `personal_data.allow` lets through."""

_REPLACES = ("redact", "pseudonymise")
FORMS: dict[TaskKind, AnswerForm] = {
    "classification": "label",
    "extraction": "json",
    "generation": "text",
    "chat": "text",
}


@dataclass(frozen=True)
class Guarded:
    """A row that may go on.

    Attributes:
        example: with stand-ins for values; the very object that was given where nothing was replaced.
        found: how often each kind was met in each field, and what was done.
    """

    example: Example
    found: Counter[Tally]


@dataclass(frozen=True)
class Refused:
    """A row that goes no further.

    Attributes:
        reason: why, without a value.
        found: as in `Guarded`.
        stops: the policy is `fail`: `prepare` as a whole must stop.
    """

    reason: str
    found: Counter[Tally]
    stops: bool = False


def guard_of(settings: PersonalData, kind: TaskKind) -> PersonalDataGuard:
    """The guard of a project's rows.

    Raises:
        DataError: the key that the settings name cannot be had, or NER is asked for and cannot be had.
    """
    name = settings.key_fingerprint
    return PersonalDataGuard(settings, None if name is None else find_key(name), FORMS[kind])


class PersonalDataGuard:
    """Applies the project's policy, row by row; holds nothing from one row to the next.

    Made once in each process, from settings and key alone.
    """

    def __init__(self, settings: PersonalData, key: bytes | None, form: AnswerForm) -> None:
        """Compile the patterns and, where it is asked for, load the NER model.

        Args:
            settings: `data.personal_data`.
            key: of the pseudonyms; None where `key_fingerprint` is null.
            form: of the task's answers.

        Raises:
            DataError: NER is asked for and cannot be had.
        """
        self._find = Finder(settings)
        self._policy = Policy(settings)
        self._key = key
        self._form = form
        ner = settings.ner
        self._names = frozenset(entity.lower() for entity in ner.entities) if ner is not None else frozenset()
        self._scope_is_row = settings.consistency == "row"
        self._allowed_kinds = {name for name in settings.allow if "." not in name}
        self._allowed_keys = {name.partition(".")[2] for name in settings.allow if "." in name}

    def __call__(self, example: Example) -> Guarded | Refused:
        """The row as the policy lets it through, or why it does not."""
        parts = take_apart(example, self._form)
        searched = [self._find.search(part.text, part.name) for part in parts]
        found = [search.found for search in searched]
        if not any(found):
            return Guarded(example, Counter())
        stand_ins = StandIns(self._key, [part.text for part in parts], row=self._scope_is_row)
        tally: Counter[Tally] = Counter()
        # What stood beside a value may look like one now that it is gone: again, until nothing does.
        while any(found):
            kept = self._allowed(parts, found)
            found = self._again(parts, found, kept)
            refused = self._refusal(parts, found, kept, tally)
            if refused is not None:
                return refused
            parts = [
                self._edited(part, ones, kept, stand_ins, tally)
                for part, ones in zip(parts, found, strict=True)
            ]
            found = [
                self._find.search_again(part.text, part.name, part.taken, everywhere=search.reserved)
                if ones
                else []
                for part, ones, search in zip(parts, found, searched, strict=True)
            ]
        changed = put_together(example, self._form, parts)
        return Guarded(example if changed == example else self._named(example, changed), tally)

    def brought_in(self, before: Example, after: Example) -> list[str]:
        """Kinds of what the policy keeps out of answers, in another answer of a row that has passed already.

        What stood in the row before may stand in the new answer: pseudonyms look like what they stand for.
        """
        texts = [part.text for part in take_apart(before, self._form)]
        parts = take_apart(after, self._form)
        found = [self._find(part.text, part.name) for part in parts]
        kept = self._allowed(parts, found)
        return sorted(
            {
                one.kind
                for part, ones in zip(parts, found, strict=True)
                for one in ones
                if part.field == "answer"
                and (one.kind, one.value) not in kept
                and self._policy("answer", one.kind) != "report"
                and not any(part.text[one.start : one.end] in text for text in texts)
            }
        )

    def _allowed(self, parts: list[Part], found: list[list[Found]]) -> set[tuple[str, str]]:
        """Kind and value of what the answer must hold."""
        if not (self._allowed_kinds or self._allowed_keys):
            return set()
        of_answer = [
            (one.kind, one.value)
            for part, ones in zip(parts, found, strict=True)
            for one in ones
            if part.field == "answer" and one.kind in self._allowed_kinds
        ]
        values = [_plain(p.text) for p in parts if p.field == "answer" and p.name in self._allowed_keys]
        of_keys = [
            (one.kind, one.value)
            for part, ones in zip(parts, found, strict=True)
            for one in ones
            if any(_plain(part.text[one.start : one.end]) in value for value in values)
        ]
        return {*of_answer, *of_keys}

    def _refusal(
        self, parts: list[Part], found: list[list[Found]], kept: set[tuple[str, str]], tally: Counter[Tally]
    ) -> Refused | None:
        """Why the row goes no further: `fail` before `drop` before a number that nothing can stand for."""
        met = [
            (part, one.kind, self._policy(part.field, one.kind))
            for part, ones in zip(parts, found, strict=True)
            for one in ones
            if (one.kind, one.value) not in kept
        ]
        for action in ("fail", "drop"):
            places = [(part.field, kind) for part, kind, due in met if due == action]
            if places:
                counts = tally + Counter((field, kind, action) for field, kind in places)
                said = ", ".join(f"{kind} in {field}" for field, kind in sorted(set(places)))
                return Refused(f"personal data: {said}", counts, stops=action == "fail")
        numbers = sorted(
            {(part.field, kind) for part, kind, due in met if part.is_number and due in _REPLACES}
        )
        if numbers:
            said = ", ".join(f"{kind} in {field}" for field, kind in numbers)
            reason = f"personal data: {said} is a JSON number, which nothing can stand for"
            return Refused(reason, tally + Counter((field, kind, "drop") for field, kind in numbers))
        return None

    def _again(
        self, parts: list[Part], found: list[list[Found]], kept: set[tuple[str, str]]
    ) -> list[list[Found]]:
        """The findings, with the other places in the row where a value to be replaced stands."""
        written = {
            part.text[one.start : one.end]: one
            for part, ones in zip(parts, found, strict=True)
            for one in ones
            if (one.kind, one.value) not in kept and self._policy(part.field, one.kind) in _REPLACES
        }
        sought = [
            (one.kind, Sought(text, one, is_name=one.kind in self._names)) for text, one in written.items()
        ]
        shortest = min((look.length for _, look in sought), default=0)
        more = []
        for part, ones in zip(parts, found, strict=True):
            if len(part.text) < shortest or not sought:
                more.append(ones)
                continue
            spans = [*part.taken, *((one.start, one.end) for one in ones)]
            # What was found is cut out: a value mostly stands once, and then nothing is left to look for.
            rest = Rest(blanked(part.text, spans))
            others = [
                other
                for kind, look in sought
                if self._policy(part.field, kind) in _REPLACES
                for other in look(rest)
            ]
            if others:
                ones = sorted([*ones, *without_overlaps(others, spans)], key=lambda one: one.start)
            more.append(ones)
        return more

    def _edited(
        self,
        part: Part,
        found: Iterable[Found],
        kept: set[tuple[str, str]],
        stand_ins: StandIns,
        tally: Counter[Tally],
    ) -> Part:
        """The part with stand-ins; what stays counts as taken, so that it is not met again."""
        edits = [Edit(start, end, part.text[start:end]) for start, end in part.taken]
        for one in found:
            written = part.text[one.start : one.end]
            allowed = (one.kind, one.value) in kept
            action = self._policy(part.field, one.kind)
            tally[part.field, one.kind, "allow" if allowed else action] += 1
            replaces = not allowed and action in _REPLACES
            instead = stand_ins(one, written, action) if replaces else written
            edits.append(Edit(one.start, one.end, instead))
        text, taken = replaced(part.text, edits)
        return Part(part.field, text, part.name, part.is_number, taken)

    def _named(self, example: Example, changed: Example) -> Example:
        """With a token for a group or an id that held a value: the rows of one customer stay together."""
        group = changed.group if changed.group == example.group else self._token("group", example.group)
        name = changed.id if changed.id == example.id else self._token("id", example.id)
        return replace(changed, group=group, id=name)

    def _token(self, field: str, value: str | None) -> str:
        """A name for a value: keyed if there is a key, else a hash, which a guess can confirm."""
        text = f"{field}\n{value}".encode()
        if self._key is None:
            return f"{field}-{hashlib.sha256(text).hexdigest()[:16]}"
        return f"{field}-{hmac.new(self._key, text, hashlib.sha256).hexdigest()[:16]}"


def _plain(text: str) -> str:
    """Letters and digits alone, in lower case: one number written in two ways."""
    return "".join(filter(str.isalnum, text.casefold()))
