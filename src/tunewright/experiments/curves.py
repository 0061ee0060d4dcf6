"""Learning curves: validation loss by step, a line an experiment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tunewright.experiments.experiment import Experiment
from tunewright.experiments.parallel import Line
from tunewright.experiments.scale import Scale, scale
from tunewright.reporting.loss_curve import Tick

WIDTH, HEIGHT = 760, 320
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 14, 46
LOG_FROM = 5


@dataclass(frozen=True)
class Curves:
    """All that is drawn, in pixels of a WIDTH x HEIGHT picture."""

    lines: tuple[Line, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    logarithmic: bool
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def curves(experiments: Sequence[Experiment]) -> Curves | None:
    """Lay the curves out; None if nothing finite was logged.

    Args:
        experiments: best first; their places are the lines' numbers.
    """
    finite = [
        (number, [point for point in one.losses if math.isfinite(point.loss)])
        for number, one in enumerate(experiments)
    ]
    points = [point for _, found in finite for point in found]
    if not points:
        return None
    across = Scale(0, max(1, *(point.step for point in points)), LEFT, WIDTH - RIGHT, logarithmic=False)
    up = scale([point.loss for point in points], HEIGHT - BOTTOM, TOP, LOG_FROM)
    lines = (
        Line(number, "M" + "L".join(f"{across.place(p.step)} {up.place(p.loss)}" for p in found))
        for number, found in finite
        if found
    )
    return Curves(tuple(lines), across.ticks(), up.ticks(), up.logarithmic)
