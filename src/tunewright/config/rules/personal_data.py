"""Rules of `data.personal_data`: patterns compile, names name something, pseudonyms have a key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tunewright.config.mistakes.nearest import did_you_mean
from tunewright.config.re2_syntax import RE2_SYNTAX, why_not_re2
from tunewright.config.schema.data import Data
from tunewright.config.schema.personal_data import KINDS, PersonalData
from tunewright.config.schema.task import Task
from tunewright.errors import Problem

_KEY = "data.personal_data"
_LONGEST_PATTERN = 1000


def patterns(data: Data) -> Iterator[Problem]:
    """Own patterns: each of a name of its own, compiled by RE2, matching something."""
    seen: set[str] = set()
    for index, own in enumerate(data.personal_data.patterns):
        key = f"{_KEY}.patterns.{index}"
        if own.name in seen or own.name in KINDS:
            taken = "is a kind of tunewright's own" if own.name in KINDS else "stands twice"
            yield Problem(f"{key}.name", f"{own.name!r} {taken}", fix="choose another name")
        seen.add(own.name)
        fault = _fault(own.pattern)
        if fault:
            yield Problem(f"{key}.pattern", *fault)


def _fault(pattern: str) -> tuple[str, str, str] | None:
    """What is wrong with a pattern, nowhere, and what to do."""
    import re2

    if len(pattern) > _LONGEST_PATTERN:
        return f"has {len(pattern)} characters, more than {_LONGEST_PATTERN}", "", "cut it into several kinds"
    fault = why_not_re2(pattern)
    if fault:
        return fault, "", RE2_SYNTAX
    if re2.search(pattern, "") is not None:
        return f"{pattern!r} matches nothing at all too", "", "ask for one character at least: + for *"
    return None


def names(data: Data, task: Task) -> Iterator[Problem]:
    """Kinds and fields that rules and `allow` name are there."""
    personal = data.personal_data
    kinds = _kinds(personal)
    fields = ["prompt", "answer", *(f"meta.{name}" for name in data.fields.meta)]
    fields += ["group"] if data.split.group_by is not None else []
    fields += ["id"] if data.fields.id is not None else []
    for index, rule in enumerate(personal.rules):
        key = f"{_KEY}.rules.{index}"
        yield from _unknown(f"{key}.kinds", "kind that is looked for", rule.kinds, kinds)
        yield from _unknown(f"{key}.fields", "field of the rows", rule.fields, fields)
    keys = list((task.output.json_schema or {}).get("properties") or {})
    for name in personal.allow:
        key = f"{_KEY}.allow"
        head, dot, rest = name.partition(".")
        if not dot:
            yield from _unknown(key, "kind that is looked for", [name], kinds)
        elif head != "answer" or task.kind != "extraction":
            yield Problem(
                key,
                f"{name!r} is no kind, nor answer.KEY of an extraction; task.kind is {task.kind}",
                fix=did_you_mean(name, kinds),
            )
        elif keys:
            yield from _unknown(key, "key of the answer", [rest], keys)


def pseudonyms(data: Data) -> Iterator[Problem]:
    """What is pseudonymised needs a key."""
    personal = data.personal_data
    actions = {personal.action, *(rule.action for rule in personal.rules)}
    if "pseudonymise" in actions and personal.key_fingerprint is None:
        yield Problem(
            f"{_KEY}.key_fingerprint",
            "pseudonyms are made with a secret key, and none is named",
            fix="tunewright pseudonym-key makes one and says what to type next",
        )


def regions(data: Data) -> Iterator[Problem]:
    """Regions are known to phonenumbers; asked only where they are not the default."""
    given = data.personal_data.phone_regions
    if given == PersonalData().phone_regions:
        return
    from phonenumbers import SUPPORTED_REGIONS

    yield from _unknown(f"{_KEY}.phone_regions", "region of phone numbers", given, sorted(SUPPORTED_REGIONS))


def _kinds(personal: PersonalData) -> list[str]:
    entities = () if personal.ner is None else personal.ner.entities
    return [
        *personal.kinds,
        *(own.name for own in personal.patterns),
        *(entity.lower() for entity in entities),
    ]


def _unknown(key: str, what: str, given: Sequence[str], known: Sequence[str]) -> Iterator[Problem]:
    for name in given:
        if name not in known:
            fix = did_you_mean(name, known) or f"there are: {', '.join(known[:40]) or 'none'}"
            yield Problem(key, f"{name!r} is no {what}", fix=fix)
