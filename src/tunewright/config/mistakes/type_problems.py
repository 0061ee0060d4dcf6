"""pydantic's errors as problems that a person can act on: value, allowed values, nearest name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tunewright.config.mistakes.allowed import allowed_values
from tunewright.config.mistakes.unknown_key import unknown_key
from tunewright.config.mistakes.value_hints import shown, value_hint
from tunewright.config.schema import GENERATED, Settings
from tunewright.config.schema.node import Node
from tunewright.config.schema.walk import slot_at
from tunewright.errors import Problem

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

NEEDED = "needs a value"


def type_problems(
    error: ValidationError, model: type[Node], prefix: str, checked: Sequence[str] = ()
) -> list[Problem]:
    """Turn a validation error into problems, one a key.

    Args:
        error: what pydantic raised.
        model: the model that was validated, to name allowed keys and values.
        prefix: dotted key of the model within the settings; empty for the whole.
        checked: parts whose values were checked by themselves; only their absence is told here.
    """
    by_key: dict[str, Problem] = {}
    for details in error.errors():
        if details["loc"] and details["loc"][0] in checked and details["type"] != "missing":
            continue
        problem = _problem(details, model, prefix)
        by_key.setdefault(problem.key, problem)
    # Where a value fits no branch of a union, the entry at fault says more than the whole.
    deeper = {".".join(key.split(".")[:length]) for key in by_key for length in range(1, key.count(".") + 1)}
    return [problem for key, problem in by_key.items() if key not in deeper]


def _problem(details: ErrorDetails, model: type[Node], prefix: str) -> Problem:
    kind, given = details["type"], details["input"]
    path = [str(part) for part in details["loc"]]
    if kind == "extra_forbidden":
        parent = slot_at(model, path[:-1])
        nodes = parent.nodes if parent else (model,)
        allowed = [name for node in nodes for name in node.model_fields if parent or name not in GENERATED]
        return unknown_key(_joined(prefix, parent.key if parent else "", path[-1]), path[-1], allowed)
    slot = slot_at(model, path)
    if slot is None:
        wanted = f"a mapping ({', '.join(model.model_fields)})"
        fix = f"an option is chosen outside `set`: {prefix}: OPTION"
        return Problem(prefix, f"must be {wanted}, not {shown(given)}", fix=fix)
    key = _joined(prefix, slot.key)
    if kind == "missing":
        return missing_value(key)
    return Problem(
        key, f"must be {allowed_values(slot)}, not {shown(given)}", fix=value_hint(key, given, slot)
    )


def missing_value(key: str) -> Problem:
    """The problem of a setting that has no value."""
    slot = slot_at(Settings, key.split("."))
    wanted = f": {allowed_values(slot)}" if slot else ""
    if slot and slot.nodes and not slot.key.partition(".")[2]:
        inside = " ".join(f"{key}.{name}=VALUE" for name in slot.nodes[0].model_fields)
        return Problem(key, f"{NEEDED}{wanted}", fix=f"tunewright set {inside}")
    settable = not any(part.isdigit() for part in key.split("."))
    return Problem(key, f"{NEEDED}{wanted}", fix=f"tunewright set {key}=VALUE" if settable else "")


def is_single(key: str) -> bool:
    """Whether a key takes a single value, which is easily typed on the command line."""
    slot = slot_at(Settings, key.split("."))
    return slot is not None and slot.key == key and slot.is_single


def _joined(*parts: str) -> str:
    return ".".join(part for part in parts if part)
