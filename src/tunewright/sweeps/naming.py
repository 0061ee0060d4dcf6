"""A telling name for each point: what it assigns, in letters that git allows in the name of a ref."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from tunewright.config.schema import GROUPS
from tunewright.sweeps.grammar import Assignment, Combination

LONGEST_VALUE = 24
LONGEST_NAME = 120
LONGEST_TYPED = 10
"""Nobody types a number with more signs: it was drawn, and three digits of it tell enough."""
UNSAFE = re.compile(r"[^A-Za-z0-9_.,=+-]+")


def names_of(combinations: Sequence[Combination], prefix: str, taken: Collection[str]) -> list[str]:
    """A name for each combination, different from each other and from those taken.

    Args:
        combinations: the points' assignments.
        prefix: stands before each name; may be empty.
        taken: names of other experiments.
    """
    labels = _labels([assignment.key for combination in combinations for assignment in combination])
    names: list[str] = []
    for combination in combinations:
        told = ",".join(f"{labels[one.key]}={_value(one)}" for one in combination)
        names.append(_free(safe(f"{prefix}-{told}" if prefix else told), {*taken, *names}))
    return names


def safe(name: str) -> str:
    """The name with `-` for whatever git, DVC or a shell would stumble over."""
    name = UNSAFE.sub("-", name)[:LONGEST_NAME]
    name = re.sub(r"\.{2,}", ".", name)
    return re.sub(r"(\.lock|[-.,])+$", "", name).lstrip("-.,") or "point"


def _labels(keys: Sequence[str]) -> dict[str, str]:
    """The keys without their group, where that leaves no two alike."""
    short = {key: key if key in GROUPS else key.partition(".")[2] or key for key in dict.fromkeys(keys)}
    told = list(short.values())
    return {key: label if told.count(label) == 1 else key for key, label in short.items()}


def _value(assignment: Assignment) -> str:
    return "default" if assignment.taken_back else _text(assignment.value)[:LONGEST_VALUE]


def _text(value: object) -> str:
    if value is None or isinstance(value, bool):
        return str(value).lower().replace("none", "null")
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, list):
        return "+".join(map(_text, value))
    return str(value)


def _number(value: float) -> str:
    """The shorter of 0.0001 and 1e-4."""
    plain = str(value)
    if len(plain) > LONGEST_TYPED:
        value = float(f"{value:.3g}")
        plain = str(value)
    digits, _, exponent = f"{value:e}".partition("e")
    scientific = f"{digits.rstrip('0').rstrip('.')}e{int(exponent or 0)}"
    return scientific if float(scientific) == value and len(scientific) < len(plain) else plain


def _free(name: str, taken: Collection[str]) -> str:
    number, free = 2, name
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    return free
