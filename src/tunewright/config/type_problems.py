"""pydantic's errors as problems that a person can act on: value, allowed values, nearest name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, get_args

from tunewright.config.schema.node import Node
from tunewright.errors import Problem

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

MISSING = "???"
LONGEST_VALUE = 60


def type_problems(error: ValidationError, model: type[Node], prefix: str) -> list[Problem]:
    """Turn a validation error into problems.

    Args:
        error: what pydantic raised.
        model: the model that was validated, to name allowed keys.
        prefix: dotted key of the model within the settings; empty for the whole.
    """
    by_key: dict[str, Problem] = {}
    for problem in (_problem(details, model, prefix) for details in error.errors()):
        known = by_key.get(problem.key)
        by_key[problem.key] = _either(known, problem) if known else problem
    return list(by_key.values())


def _either(first: Problem, second: Problem) -> Problem:
    """One problem for a value that fits no branch of a union."""
    wanted, comma, given = first.what.rpartition(", not ")
    other = second.what.rpartition(", not ")[0].removeprefix("must be ")
    return Problem(first.key, f"{wanted} or {other}{comma}{given}", first.where, first.fix or second.fix)


def _problem(details: ErrorDetails, model: type[Node], prefix: str) -> Problem:
    kind, given = details["type"], details["input"]
    path = [str(part) for part in details["loc"]]
    last = [path[-1]] if kind == "extra_forbidden" else []  # a key that the user wrote, whatever it is
    path = [*_without_union_tags(path[: len(path) - len(last)]), *last]
    key = ".".join([*([prefix] if prefix else []), *path])
    if kind == "extra_forbidden":
        allowed = list(_keys_of(model, path[:-1]))
        near = difflib.get_close_matches(path[-1], allowed, n=1)
        fix = f"did you mean {near[0]!r}?" if near else ""
        return Problem(key, f"unknown key; allowed: {', '.join(allowed)}", fix=fix)
    if kind == "missing" or given == MISSING:
        return Problem(key, "needs a value")
    what = f"{_said(details)}, not {_shown(given)}"
    fix = ""
    if kind == "literal_error":
        expected = str(details.get("ctx", {}).get("expected", ""))
        near = difflib.get_close_matches(str(given), re.findall(r"'([^']*)'", expected), n=1)
        fix = f"did you mean {near[0]!r}?" if near else ""
    return Problem(key, what, fix=fix)


def _said(details: ErrorDetails) -> str:
    context = details.get("ctx", {})
    match details["type"]:
        case "literal_error":
            several = "one of " if " or " in context["expected"] else ""
            return f"must be {several}{context['expected']}"
        case "greater_than":
            return f"must be greater than {context['gt']:g}"
        case "greater_than_equal":
            return f"must be {context['ge']:g} or more"
        case "less_than":
            return f"must be less than {context['lt']:g}"
        case "less_than_equal":
            return f"must be {context['le']:g} or less"
        case "string_type":
            return "must be text"
        case "string_too_short":
            return "must not be empty"
        case "string_pattern_mismatch":
            return f"must match {context['pattern']}"
        case "int_type" | "int_from_float":
            return "must be a whole number"
        case "float_type":
            return "must be a number"
        case "bool_type":
            return "must be true or false"
        case "tuple_type" | "list_type":
            return "must be a list"
        case "too_short":
            return "must have at least one entry"
        case "model_type" | "dict_type" | "model_attributes_type":
            return "must be a mapping"
        case _:
            message = details["msg"]
            return message[0].lower() + message[1:]


def _shown(value: Any) -> str:  # noqa: ANN401 - whatever was given
    text = "null" if value is None else repr(value)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 3] + "..."


def _without_union_tags(path: Sequence[str]) -> list[str]:
    """Drop what pydantic adds for the branch of a union, e.g. `micro_batch_size.constrained-int`."""
    kept: list[str] = []
    for part in path:
        is_tag = not part.isidentifier() and not part.isdigit()
        if is_tag or part in {"int", "str", "float"}:
            continue
        kept.append(part)
    return kept


def _keys_of(model: type[Node], path: Sequence[str]) -> Iterator[str]:
    """The field names of the node at a path below a model."""
    current: Any = model
    for part in path:
        if part.isdigit():
            continue
        field = current.model_fields.get(part) if _is_node(current) else None
        current = next(_nodes_in(field.annotation), None) if field else None
    if _is_node(current):
        yield from current.model_fields


def _nodes_in(annotation: Any) -> Iterator[type[Node]]:  # noqa: ANN401 - any annotation
    if _is_node(annotation):
        yield annotation
    for argument in get_args(annotation):
        yield from _nodes_in(argument)


def _is_node(value: Any) -> bool:  # noqa: ANN401 - any annotation
    return isinstance(value, type) and issubclass(value, Node)
