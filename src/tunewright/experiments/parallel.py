"""Parallel coordinates: an axis a setting, the metric last, a line an experiment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tunewright.experiments.columns import labels, value_of
from tunewright.experiments.experiment import Experiment
from tunewright.experiments.ranking import measured
from tunewright.experiments.scale import scale
from tunewright.experiments.table import texts
from tunewright.reporting.loss_curve import Tick

WIDTH, HEIGHT = 900, 360
LEFT, RIGHT, TOP, BOTTOM = 70, 70, 46, 26
MOST_AXES = 8
MOST_STOPS = 8
LONGEST_LABEL = 16
SPREAD = 16
"""Pixels over which the lines through one stop fan out, the best on top."""


@dataclass(frozen=True)
class Axis:
    """One vertical axis: pixel, name and marks."""

    x: float
    name: str
    ticks: tuple[Tick, ...]
    last: bool


@dataclass(frozen=True)
class Line:
    """One experiment: its number in the ranking, and an SVG path."""

    number: int
    path: str


@dataclass(frozen=True)
class Parallel:
    """All that is drawn; `left_out` counts settings for which there was no room."""

    axes: tuple[Axis, ...]
    lines: tuple[Line, ...]
    left_out: int
    width: int = WIDTH
    height: int = HEIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def parallel(experiments: Sequence[Experiment], settings: Sequence[str], metric: str) -> Parallel | None:
    """Lay the lines out; None with fewer than two experiments or no setting that differs among them.

    Args:
        experiments: that have the metric, best first.
        settings: keys, most important first.
        metric: of the last axis.
    """
    varied = [key for key in settings if len(set(texts(experiments, key))) > 1]
    shown = varied[:MOST_AXES]
    if len(experiments) < 2 or not shown:
        return None
    gap = (WIDTH - LEFT - RIGHT) / len(shown)
    short = labels(shown)
    axes, columns = [], []
    for index, key in enumerate(shown):
        ticks, places = _setting_axis(experiments, key)
        axes.append(Axis(round(LEFT + index * gap, 1), _cut(short[key], 20), ticks, last=False))
        columns.append(places)
    values = [value for one in experiments if (value := measured(one, metric)) is not None]
    last = scale(values, HEIGHT - BOTTOM, TOP, log_from=float("inf"))
    axes.append(Axis(WIDTH - RIGHT, metric, last.ticks(metric), last=True))
    columns.append([last.place(value) for value in values])
    lines = (
        Line(
            number,
            "M" + "L".join(f"{axis.x} {column[number]}" for axis, column in zip(axes, columns, strict=True)),
        )
        for number in range(len(experiments))
    )
    return Parallel(tuple(axes), tuple(lines), len(varied) - len(shown))


def _setting_axis(experiments: Sequence[Experiment], key: str) -> tuple[tuple[Tick, ...], list[float]]:
    """The marks of a setting's axis, and the place of each experiment on it."""
    values = [value_of(one, key) for one in experiments]
    numeric = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    if numeric and len(set(values)) > MOST_STOPS:
        axis = scale(values, HEIGHT - BOTTOM, TOP)
        return axis.ticks(), [axis.place(value) for value in values]
    shown = texts(experiments, key)
    stops = list(dict.fromkeys(shown))
    if numeric:
        stops.sort(key=lambda text: values[shown.index(text)])
    step = (HEIGHT - BOTTOM - TOP) / max(1, len(stops) - 1)
    places = {text: round(HEIGHT - BOTTOM - index * step, 1) for index, text in enumerate(stops)}
    every = -(-len(stops) // 12)
    ticks = tuple(Tick(places[text], _cut(text, LONGEST_LABEL)) for text in stops[::every])
    fan = [SPREAD * (place / max(1, len(shown) - 1) - 0.5) for place in range(len(shown))]
    return ticks, [round(places[text] + off, 1) for text, off in zip(shown, fan, strict=True)]


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
