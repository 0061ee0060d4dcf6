"""What a setting takes, in words: `a number greater than 0 and at most 1`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args, get_origin

from tunewright.config.schema.walk import Slot, alternatives, is_node, without_annotated

_PLAIN = {bool: "true or false", str: "text", int: "a whole number", float: "a number"}
_PLURAL = {"text": "texts", "a whole number": "whole numbers", "a mapping": "mappings"}


def allowed_values(slot: Slot) -> str:
    """The values that a slot of the schema takes."""
    parts = [part for part in alternatives(slot.annotation) if part is not type(None)]
    said = [_said(part, slot.constraints) for part in parts]
    if len(parts) < len(alternatives(slot.annotation)):
        said.append("null")
    return ", or ".join(said)


def _said(annotation: Any, constraints: Sequence[Any]) -> str:  # noqa: ANN401 - any annotation
    bare, own = without_annotated(annotation)
    limits = _limits([*constraints, *own])
    origin = get_origin(bare)
    if origin is Literal:
        return _one_of([f"'{name}'" for name in get_args(bare)])
    if origin is tuple:
        entry = _said(get_args(bare)[0], ())
        least = " with at least one entry" if limits.get("min_length") else ""
        return f"a list of {_PLURAL.get(entry.partition(' (')[0], entry)}{least}"
    if is_node(bare) or origin is dict:
        return "a mapping" + (f" ({', '.join(bare.model_fields)})" if is_node(bare) else "")
    if bare is str:
        if "pattern" in limits:
            return f"text that matches {limits['pattern']}"
        return "text (not empty)" if limits.get("min_length") else "text"
    return _PLAIN[bare] + _range(limits)


def _limits(constraints: Sequence[Any]) -> dict[str, Any]:
    names = ("gt", "ge", "lt", "le", "min_length", "pattern")
    found: dict[str, Any] = {}
    for constraint in constraints:
        found |= {name: value for name in names if (value := getattr(constraint, name, None)) is not None}
    return found


def _range(limits: dict[str, Any]) -> str:
    low = f"greater than {_number(limits['gt'])}" if "gt" in limits else ""
    high = f"less than {_number(limits['lt'])}" if "lt" in limits else ""
    if "ge" in limits and "le" in limits:
        return f" from {_number(limits['ge'])} to {_number(limits['le'])}"
    if "ge" in limits:
        low = f"of {_number(limits['ge'])} or more"
    if "le" in limits:
        high = f"at most {_number(limits['le'])}"
    return f" {' and '.join(part for part in (low, high) if part)}" if low or high else ""


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:g}"


def _one_of(names: Sequence[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
