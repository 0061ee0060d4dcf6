"""What was typed, in Hydra's override grammar, to the assignments of each point of a sweep.

method.lora.r=8,16   method=lora,qlora   seed=range(1,4)   ~method.learning_rate   data.path='a b.csv'
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tunewright.config.places import options_of
from tunewright.config.schema import GROUPS
from tunewright.errors import UsageError

if TYPE_CHECKING:
    from hydra.core.override_parser.types import Override

PREFIX = "set."


@dataclass(frozen=True)
class Assignment:
    """One value of one key.

    Attributes:
        key: a group or a dotted setting.
        value: plain; of a group the option's name.
        taken_back: `~key`: the value that params.yaml sets goes.
    """

    key: str
    value: Any = None
    taken_back: bool = False

    def __str__(self) -> str:
        """As `tunewright set` takes it."""
        if self.taken_back:
            return f"~{self.key}"
        if self.key in GROUPS:
            return f"{self.key}={self.value}"
        return f"{self.key}={json.dumps(self.value, ensure_ascii=False)}"


Combination = tuple[Assignment, ...]


@dataclass(frozen=True)
class Interval:
    """All values of one key between two ends.

    Attributes:
        key: a dotted setting.
        low, high: the ends, which belong to it.
        log: drawn evenly by magnitude.
    """

    key: str
    low: float
    high: float
    log: bool


def expand(root: Path, typed: Sequence[str]) -> list[Combination]:
    """All combinations of what was typed, the last key varying fastest.

    Groups come first in each, since choosing an option drops the values that were set for the one left.

    Args:
        root: the project's folder, whose options `glob()` looks through.
        typed: overrides in Hydra's grammar.

    Raises:
        UsageError: a word that is no override, or one that names no finite list of values.
    """
    given = sorted((_parsed(text) for text in typed), key=lambda override: _key(override) not in GROUPS)
    return list(itertools.product(*(list(_assignments(root, override)) for override in given)))


def values_of(root: Path, text: str) -> list[Assignment] | Interval:
    """What one word stands for: a search draws from intervals too.

    Args:
        root: the project's folder, whose options `glob()` looks through.
        text: an override in Hydra's grammar.

    Raises:
        UsageError: it is no override, or one that names no value.
    """
    from hydra.core.override_parser.types import IntervalSweep

    override = _parsed(text)
    given = override.value()
    if not isinstance(given, IntervalSweep):
        return list(_assignments(root, override))
    assert given.start is not None and given.end is not None  # noqa: S101 - the parser asks for both
    low, high, log = float(given.start), float(given.end), "log" in given.tags
    if not low < high or (log and low <= 0):
        above = " and above 0" if log else ""
        raise UsageError(f"the first end must be below the second{above}", where=text)
    return Interval(_key(override), low, high, log)


def sweeps(typed: Sequence[str]) -> list[str]:
    """Those of the words that stand for several values.

    Raises:
        UsageError: a word that is no override.
    """
    return [text for text in typed if _parsed(text).is_sweep_override()]


def _parsed(text: str) -> Override:
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        override = OverridesParser.create().parse_override(text)
    except HydraException as error:
        raise UsageError(
            f"is not in Hydra's grammar: {error}",
            where=text,
            fix="KEY=VALUE, KEY=A,B or ~KEY; quote what holds signs: \"KEY='a, b'\"",
        ) from error
    if override.package is not None:
        raise UsageError("packages (`@`) have no meaning here", where=text, fix="KEY=VALUE, as for `set`")
    return override


def _key(override: Override) -> str:
    return override.key_or_group.removeprefix(PREFIX)


def _assignments(root: Path, override: Override) -> Iterator[Assignment]:
    key = _key(override)
    if override.is_delete():
        yield Assignment(key, taken_back=True)
        return
    for value in _values(root, override):
        yield Assignment(key, str(value) if key in GROUPS else value)


def _values(root: Path, override: Override) -> list[Any]:
    from hydra.core.override_parser.types import Glob

    if not override.is_sweep_override():
        return [override.value()]
    given = override.value()
    if isinstance(given, Glob):
        return _matching(root, override, given)
    if not override.is_discrete_sweep():
        raise UsageError(
            "interval() holds endlessly many values; only a search by a sampler can draw from it",
            where=override.input_line or "",
            fix="tunewright run --sampler optuna --trials 20 ...; or list the values: KEY=A,B,C",
        )
    values = [_unquoted(value) for value in override.sweep_iterator()]
    if not values:
        raise UsageError("names no value", where=override.input_line or "")
    return values


def _matching(root: Path, override: Override, given: Any) -> list[str]:  # noqa: ANN401 - hydra's Glob
    where = override.input_line or ""
    group = override.key_or_group
    if group not in GROUPS:
        raise UsageError(
            "glob() looks for options of a group", where=where, fix=f"one of {', '.join(GROUPS)}"
        )
    there = list(options_of(root, group))
    found: list[str] = given.filter(there)
    if not found:
        raise UsageError(f"matches no option; there are: {', '.join(there)}", where=where)
    return found


def _unquoted(value: Any) -> Any:  # noqa: ANN401 - any value of the grammar
    from hydra.core.override_parser.types import QuotedString

    if isinstance(value, QuotedString):
        return value.text
    if isinstance(value, list):
        return [_unquoted(entry) for entry in value]
    if isinstance(value, dict):
        return {_unquoted(key): _unquoted(below) for key, below in value.items()}
    return value
