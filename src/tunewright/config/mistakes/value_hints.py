"""What to write instead of a value of the wrong kind: the edit that its look suggests."""

from __future__ import annotations

import json
import re
from typing import Any, Literal, get_args, get_origin

from tunewright.config.mistakes.nearest import did_you_mean
from tunewright.config.schema.walk import Slot, alternatives, without_annotated

_NUMBER = re.compile(r"\s*([-+]?(?:\d[\d_]*)(?:[.,]\d+)?(?:[eE][-+]?\d+)?)\s*(.*?)\s*")
_TRUTHS = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}
_LONGEST = 60


def shown(value: Any) -> str:  # noqa: ANN401 - whatever was given
    """A value as YAML would write it, cut when long."""
    try:
        text = repr(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    except TypeError:
        text = str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def value_hint(key: str, given: Any, slot: Slot) -> str:  # noqa: ANN401 - whatever was given
    """The edit to make, or nothing where the allowed values say enough.

    Args:
        key: the whole dotted key.
        given: the value that was given.
        slot: what is allowed.
    """
    kinds = {_kind(part) for part in alternatives(slot.annotation)}
    if isinstance(given, str):
        return _of_text(given, slot, kinds)
    if given is None:
        return "" if slot.required else "leave the line out to take the default"
    if isinstance(given, list):
        return _of_list(key, given, kinds)
    if isinstance(given, dict):
        if "list" in kinds and all(str(key).isdigit() for key in given):
            return f"a list is given whole: {key}=[...]"
        return "" if "mapping" in kinds else "give the value itself, without keys below it"
    if isinstance(given, float) and "int" in kinds and given.is_integer():
        return f"write {int(given)}"
    if "list" in kinds:
        return f"write a list: [{shown(given)}]"
    if "str" in kinds and not kinds & {"int", "float", "bool"}:
        return f'put it in quotes: "{shown(given)}"'
    return ""


def _of_text(given: str, slot: Slot, kinds: set[str]) -> str:
    names = [name for part in alternatives(slot.annotation) for name in _names(part)]
    if names and (found := did_you_mean(given, names)):
        return found
    if "list" in kinds:
        entries = ", ".join(entry.strip() for entry in given.split(","))
        return f"write a list: [{entries}]"
    if "bool" in kinds and given.strip().casefold() in _TRUTHS:
        return f"write {_TRUTHS[given.strip().casefold()]}, without quotes"
    if kinds & {"int", "float"} and (match := _NUMBER.fullmatch(given)):
        return _of_number(*match.groups(), whole="float" not in kinds)
    if "null" in kinds and given.strip().casefold() in {"none", "null", "nil", "~", ""}:
        return "write null, without quotes"
    return ""


def _of_number(number: str, rest: str, *, whole: bool) -> str:
    plain = number.replace("_", "").replace(",", "" if whole else ".")
    if rest == "%" and not whole:
        return f"write {float(plain) / 100:g}: shares are numbers, not per cent"
    if rest:
        return f"write the number alone: {plain}"
    return f"write {plain}, without quotes"


def _of_list(key: str, given: list[Any], kinds: set[str]) -> str:
    if "list" in kinds or "mapping" in kinds:
        return ""
    if len(given) == 1 and not isinstance(given[0], (list, dict)):
        return f"write {shown(given[0])}, without brackets"
    values = ",".join(str(value) for value in given) or "A,B"
    return f"give one value; a sweep takes several: tunewright run -m {key}={values}"


def _kind(part: Any) -> str:  # noqa: ANN401 - any annotation
    bare, _ = without_annotated(part)
    if bare is type(None):
        return "null"
    if bare in (int, float, bool, str):
        return str(bare.__name__)
    if get_origin(bare) is tuple:
        return "list"
    return "name" if get_origin(bare) is Literal else "mapping"


def _names(part: Any) -> list[str]:  # noqa: ANN401 - any annotation
    return [str(name) for name in get_args(part)] if get_origin(part) is Literal else []
