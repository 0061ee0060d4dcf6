"""The short form of a criterion, `accuracy[channel=email] - base.accuracy >= 0.1`, as its mapping.

    criterion:  subject [- contestant.metric] (>= | <=) number [with confidence number]
    subject:    metric [ "[" name = value, ... "]" ]

A name in the brackets is `meta.NAME`, `label` or `reference.FIELD`; a bare one means `meta.NAME`. A value
that holds a comma, a bracket, a quote or outer spaces stands in double quotes, in which a backslash stands
before `"` and before itself. `base` is the base model without examples, `zero_shot`; `reference` the model of
`evaluation.reference`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from tunewright.config.mistakes.nearest import did_you_mean
from tunewright.config.schema.task import LABEL, META, REFERENCE, Contestant, Criterion
from tunewright.errors import Problem

KEY = "task.acceptance"
EXAMPLE = "accuracy >= 0.9"
BASE: Contestant = "zero_shot"
CONTESTANTS: tuple[str, ...] = ("base", *get_args(Contestant))
PREFIXES = (META, REFERENCE)
CONFIDENCE: float = Criterion.model_fields["confidence"].default
BOUNDS = {">=": "min", "<=": "max"}

_SPACE = re.compile(r"\s*")
_NAME = re.compile(r"[^\W\d][\w.]*")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.])")
_OPERATOR = re.compile(r"[<>=!≤≥]+")
_FIELD = re.compile(r"[^=,\[\]\"]+")
_BARE_VALUE = re.compile(r"[^,\[\]\"]+")
_QUOTED_VALUE = re.compile(r'"((?:[^"\\]|\\.)*)"')
_CONFIDENCE = re.compile(r"with\s+confidence\b")


class CriterionSyntaxError(ValueError):
    """A text that is no criterion.

    Args:
        what: is wrong.
        column: where, from 1.
        fix: what to write; empty if nothing can be said.
    """

    def __init__(self, what: str, column: int, fix: str = "") -> None:
        """Hold place and fix apart."""
        super().__init__(what)
        self.column = column
        self.fix = fix


def put_mappings_for_texts(values: dict[str, Any]) -> Iterator[Problem]:
    """Replace the criteria that are given as text by their mappings.

    Args:
        values: the composed values, unchecked; changed in place. A text that is no criterion stays.
    """
    task = values.get("task")
    criteria = task.get("acceptance") if isinstance(task, dict) else None
    if not isinstance(criteria, list):
        return
    for index, text in enumerate(criteria):
        if not isinstance(text, str):
            continue
        try:
            criteria[index] = parse_criterion(text)
        except CriterionSyntaxError as error:
            what = f"{text!r} is no criterion: {error}, at character {error.column}"
            yield Problem(f"{KEY}.{index}", what, fix=error.fix or f"write it like {EXAMPLE!r}")


def parse_criterion(text: str) -> dict[str, Any]:
    """The criterion that a text says, as the settings hold it: `metric`, `min` or `max`, `over`, `slice` ...

    Raises:
        CriterionSyntaxError: the text says none.
    """
    return _Reader(text).criterion()


def criterion_text(
    metric: str,
    over: Contestant | None,
    within: Mapping[str, str] | None,
    least: float | None,
    greatest: float | None,
    confidence: float = CONFIDENCE,
) -> str:
    """The short form of a criterion; one with both bounds has two, joined by `and`."""
    rows = f"[{', '.join(f'{name}={_quoted(value)}' for name, value in within.items())}]" if within else ""
    subject = f"{metric}{rows} - {over}.{metric}{rows}" if over else f"{metric}{rows}"
    bounds = ((">=", least), ("<=", greatest))
    asked = " and ".join(f"{subject} {sign} {bound:.12g}" for sign, bound in bounds if bound is not None)
    return asked if confidence == CONFIDENCE else f"{asked} with confidence {confidence:.12g}"


def _quoted(value: str) -> str:
    """A value as the short form has it: in quotes where it would not be read as it is."""
    if _BARE_VALUE.fullmatch(value) and value == value.strip():
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class _Reader:
    """Reads a text from left to right; `at` is the next character."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def criterion(self) -> dict[str, Any]:
        found: dict[str, Any] = {"metric": self.name("the name of a metric")}
        within = self.slice()
        if self.takes("-"):
            found["over"] = self.other(found["metric"], within)
        if within:
            found["slice"] = within
        bound = self.bound()
        found[bound] = self.number()
        if self.match(_CONFIDENCE):
            found["confidence"] = self.number()
        if self.skip() < len(self.text):
            raise self.unexpected("the end, or 'with confidence 0.99'")
        return found

    def other(self, metric: str, within: dict[str, str]) -> Contestant:
        """The contestant behind the minus sign; its metric and slice must be those before it."""
        start = self.skip()
        contestant, _, same = self.name("contestant.metric").partition(".")
        if contestant not in CONTESTANTS:
            there = f"there are: {', '.join(CONTESTANTS)}"
            fix = did_you_mean(contestant, CONTESTANTS) or f"write {metric} - base.{metric}"
            raise CriterionSyntaxError(f"there is no contestant {contestant!r}; {there}", start + 1, fix)
        if same != metric:
            raise CriterionSyntaxError(
                f"both sides of a difference are one metric, not {metric} and {same or 'none'}",
                start + 1,
                f"write {metric} - {contestant}.{metric}",
            )
        start = self.skip()
        if (other := self.slice()) and other != within:
            raise CriterionSyntaxError("both sides of a difference are of the same rows", start + 1)
        return next((name for name in get_args(Contestant) if name == contestant), BASE)

    def slice(self) -> dict[str, str]:
        """What stands in brackets; nothing where there are none."""
        found: dict[str, str] = {}
        if not self.takes("["):
            return found
        while True:
            start = self.skip()
            field = (self.match(_FIELD) or "").strip()
            if not field or not self.takes("="):
                raise self.unexpected("name=value")
            name = field if field == LABEL or field.startswith(PREFIXES) else f"meta.{field}"
            if name in found:
                raise CriterionSyntaxError(f"{field} stands there twice", start + 1)
            found[name] = self.value()
            if self.takes("]"):
                return found
            if not self.takes(","):
                raise self.unexpected("',' or ']'")

    def value(self) -> str:
        self.skip()
        if quoted := _QUOTED_VALUE.match(self.text, self.at):
            self.at = quoted.end()
            return re.sub(r"\\(.)", r"\1", quoted[1])
        value = (self.match(_BARE_VALUE) or "").strip()
        if not value:
            raise self.unexpected("a value")
        return value

    def bound(self) -> str:
        start = self.skip()
        operator = self.match(_OPERATOR)
        if operator is None:
            raise self.unexpected(">= or <=")
        if operator not in BOUNDS:
            fix = "write >= for at least, <= for at most"
            raise CriterionSyntaxError(f"{operator!r} is no comparison that is known", start + 1, fix)
        return BOUNDS[operator]

    def number(self) -> float:
        start = self.skip()
        number = self.match(_NUMBER)
        if number is None or not math.isfinite(float(number)):
            raise CriterionSyntaxError(f"a number is wanted, not {self.rest(start)}", start + 1)
        if self.text.startswith("%", self.skip()):
            fix = f"write {float(number) / 100:g}"
            raise CriterionSyntaxError("numbers are written without a per cent sign", self.at + 1, fix)
        return float(number)

    def name(self, wanted: str) -> str:
        self.skip()
        name = self.match(_NAME)
        if name is None:
            raise self.unexpected(wanted)
        return name

    def takes(self, sign: str) -> bool:
        if not self.text.startswith(sign, self.skip()):
            return False
        self.at += len(sign)
        return True

    def match(self, pattern: re.Pattern[str]) -> str | None:
        found = pattern.match(self.text, self.skip())
        if found is None:
            return None
        self.at = found.end()
        return found[0]

    def skip(self) -> int:
        """Go to the next character that is no space."""
        space = _SPACE.match(self.text, self.at)
        self.at = space.end() if space else self.at
        return self.at

    def rest(self, start: int) -> str:
        return repr(self.text[start:]) if start < len(self.text) else "the end"

    def unexpected(self, wanted: str) -> CriterionSyntaxError:
        start = self.skip()
        return CriterionSyntaxError(f"{wanted} is wanted, not {self.rest(start)}", start + 1)
