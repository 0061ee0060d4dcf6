"""Axes: values to places in pixels, with round ticks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tunewright.experiments.ranking import higher_is_better
from tunewright.reporting.loss_curve import Tick, nice_ticks

LOG_FROM = 20
"""A scale is logarithmic where the greatest value is at least so many times the least."""


@dataclass(frozen=True)
class Scale:
    """An axis from `low` at pixel `start` to `high` at pixel `end`."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool

    def place(self, value: float) -> float:
        """The pixel of a value."""
        low, high, value = (math.log(x) if self.logarithmic else x for x in (self.low, self.high, value))
        share = (value - low) / (high - low) if high > low else 0.5
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self, metric: str = "") -> tuple[Tick, ...]:
        """Round values within the scale; those of a metric that is a share in percent."""
        values = _powers(self.low, self.high) if self.logarithmic else _linear(self.low, self.high)
        percent = metric != "" and higher_is_better(metric)
        return tuple(Tick(self.place(v), f"{100 * v:g} %" if percent else f"{v:g}") for v in values)


def scale(values: Sequence[float], start: float, end: float, log_from: float = LOG_FROM) -> Scale:
    """A scale that holds the values, with a margin unless they are the ends of round ticks."""
    low, high = min(values), max(values)
    if low > 0 and high / low >= log_from:
        margin = (high / low) ** 0.03
        return Scale(low / margin, high * margin, start, end, logarithmic=True)
    margin = 0.04 * (high - low) or abs(high) * 0.1 or 1.0
    return Scale(low - margin, high + margin, start, end, logarithmic=False)


def _linear(low: float, high: float) -> list[float]:
    step = nice_ticks(high - low)[1]
    first = math.ceil(low / step - 1e-9)
    return [round(index * step, 12) for index in range(first, math.floor(high / step + 1e-9) + 1)]


def _powers(low: float, high: float) -> list[float]:
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for factors in ((1,), (1, 3), (1, 2, 5)):
        found = [f * 10.0**d for d in decades for f in factors if low <= f * 10.0**d <= high]
        if len(found) >= 3:
            break
    return found or [low, high]
