"""What got better and what got worse, as texts: the report's first screen and report.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tunewright.config.metrics import FIELD
from tunewright.config.suite_metrics import suite_metric
from tunewright.reporting import numbers
from tunewright.reporting.differences import shortened
from tunewright.reporting.effects import TOKENS, Effect, effects
from tunewright.reporting.inputs import ReportInputs
from tunewright.reporting.names import SHORT

MOST_OF_SLICE = 80
AT_FIRST = 4
"""So many of each are on the first screen; the others are behind a click."""


@dataclass(frozen=True)
class EffectLine:
    """One difference: `Fields right`, `+40.0 points`, `[30.1, 50.0]`, `few-shot 50.0 %`, `tuned 90.0 %`."""

    title: str
    difference: str
    interval: str
    before: str
    after: str


@dataclass(frozen=True)
class EffectsView:
    """The clear differences.

    Attributes:
        better, worse: in the order in which they matter.
        nothing_better, nothing_worse: what to say where there are none; empty where there are.
        looked_at: among what they were looked for.
    """

    better: tuple[EffectLine, ...]
    worse: tuple[EffectLine, ...]
    nothing_better: str
    nothing_worse: str
    looked_at: str


def effects_view(inputs: ReportInputs) -> EffectsView:
    """All clear differences as texts."""
    found = effects(inputs)
    better, worse = (tuple(_line(one) for one in found if one.better is way) for way in (True, False))
    return EffectsView(
        better=better,
        worse=worse,
        nothing_better="" if better else "Nothing is shown to be better.",
        nothing_worse="" if worse else "Nothing is shown to be worse.",
        looked_at=_looked_at(inputs),
    )


def effect_values(effect: Effect) -> tuple[str, str, str, str]:
    """The other's value, the tuned one's, the difference and its interval, as every table writes them."""
    metric, gap = effect.name, effect.difference
    if _plain(effect):
        other, tuned = (numbers.decimal(one.value) for one in (effect.other, effect.tuned))
        return other, tuned, numbers.signed(gap.value), numbers.plain_interval(gap.low, gap.high)
    other, tuned = (numbers.score(metric, one.value) for one in (effect.other, effect.tuned))
    return (
        other,
        tuned,
        numbers.difference(metric, gap.value),
        numbers.interval(metric, gap.low, gap.high),
    )


def _line(effect: Effect) -> EffectLine:
    other, tuned, difference, interval = effect_values(effect)
    rival = "base" if effect.kind == "suite" else SHORT[effect.against]
    return EffectLine(_title(effect), difference, interval, f"{rival} {other}", f"tuned {tuned}")


def _title(effect: Effect) -> str:
    if effect.kind == "slice":
        return f"{effect.title} where {shortened(effect.slice, MOST_OF_SLICE)}"
    return f"Field {effect.title}" if effect.kind == "field" else effect.title


def _plain(effect: Effect) -> bool:
    """Whether it is a number of no metric's unit."""
    return effect.kind == "tokens" or (effect.kind == "suite" and not suite_metric(effect.name).share)


def _looked_at(inputs: ReportInputs) -> str:
    """What was compared, so that nothing found can be told from nothing looked for."""
    tested = sum(found.p is not None for found in inputs.slices)
    fields = sum(name.startswith(FIELD) for name in inputs.paired)
    parts = [
        _counted(len(dict.fromkeys(inputs.task.metrics)), "metric"),
        *([_counted(fields, "field")] if fields else []),
        *([_counted(tested, "slice")] if tested else []),
        "tokens" if any(name in inputs.paired for name in TOKENS) else "",
        _counted(len(inputs.suites), "number") + " beyond the task" if inputs.suites else "",
    ]
    sure = f"{100 * inputs.evaluation.statistics.confidence:g} %"
    rows = numbers.count(len(next(iter(inputs.predictions.values()))))
    looked = f"Looked at, on {rows} test rows with {sure} confidence: {_listed([p for p in parts if p])}."
    return looked if inputs.suites else f"{looked} The suites beyond the task are off."


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _listed(parts: Sequence[str]) -> str:
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last
