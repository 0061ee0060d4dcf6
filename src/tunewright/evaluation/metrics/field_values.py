"""The values of a JSON answer, made comparable by the task's rules and taken apart by path.

A path names a place whatever the index: `customer.name`, `items[].price`. What `task.output.field_rules`
does not declare is compared as it stands.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from tunewright.config.schema.task import FieldRule

ITEM = "[]"
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_SORTED = json.JSONEncoder(sort_keys=True, ensure_ascii=False)
PARTS_THOUSANDS = re.compile(r"(?<=\d)[\s'’](?=\d{3})")

Place = tuple[str, tuple[int, ...]]
"""A path and the indexes of the ordered lists on the way."""

Values = Counter[tuple[Place, str]]
"""The values of an answer, each with its place and written as JSON; null, `{}` and `[]` are none."""


def comparable(value: object, rules: Mapping[str, FieldRule], path: str = "") -> object:
    """A parsed JSON value as it is compared.

    Args:
        value: the value.
        rules: by path.
        path: of the value.
    """
    if isinstance(value, dict):
        return {key: comparable(part, rules, f"{path}.{key}" if path else key) for key, part in value.items()}
    if isinstance(value, list):
        items = [comparable(item, rules, path + ITEM) for item in value]
        rule = rules.get(path + ITEM)
        return sorted(items, key=as_text) if rule is not None and rule.ignore_order else items
    rule = rules.get(path)
    return _text(value, rule) if isinstance(value, str) and rule is not None else value


def values_of(value: object, rules: Mapping[str, FieldRule]) -> Values:
    """The values of what `comparable` gave."""
    return Counter(_leaves(value, rules, "", ()))


def as_text(value: object) -> str:
    """The same text for values that are equal as JSON: 1 and 1.0, whatever the order of keys."""
    return _SORTED.encode(_with_floats(value))


def by_path(rules: Sequence[FieldRule]) -> dict[str, FieldRule]:
    """The rules by the path that they are for."""
    return {rule.path: rule for rule in rules}


def _leaves(
    value: object, rules: Mapping[str, FieldRule], path: str, indexes: tuple[int, ...]
) -> Iterator[tuple[Place, str]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _leaves(part, rules, f"{path}.{key}" if path else key, indexes)
    elif isinstance(value, list):
        rule = rules.get(path + ITEM)
        ordered = rule is None or not rule.ignore_order
        for index, item in enumerate(value):
            yield from _leaves(item, rules, path + ITEM, (*indexes, index) if ordered else indexes)
    elif value is not None:
        yield (path, indexes), as_text(value)


def _text(text: str, rule: FieldRule) -> str | float:
    if rule.ignore_whitespace:
        text = " ".join(text.split())
    for form in rule.date_formats:
        try:
            return datetime.strptime(text, form).date().isoformat()
        except ValueError:
            continue
    if rule.decimal_sign is not None:
        number = _number(text, rule.decimal_sign)
        if number is not None:
            return number
    return text.casefold() if rule.ignore_case else text


def _number(text: str, decimal_sign: str) -> float | None:
    thousands = "," if decimal_sign == "." else "."
    plain = PARTS_THOUSANDS.sub("", text.strip())
    plain = re.sub(rf"(?<=\d){re.escape(thousands)}(?=\d{{3}}(\D|$))", "", plain)
    if decimal_sign == ",":
        if "." in plain:
            return None
        plain = plain.replace(",", ".", 1)
    return float(plain) if NUMBER.fullmatch(plain) else None


def _with_floats(value: object) -> object:
    """Whole floats as integers, which have one spelling whatever their size."""
    if isinstance(value, dict):
        return {key: _with_floats(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_with_floats(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
