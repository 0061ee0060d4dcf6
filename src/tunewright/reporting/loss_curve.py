"""The loss curves as coordinates; the template draws them."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tunewright.errors import TunewrightError

WIDTH, HEIGHT = 760, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 14, 46
MOST_POINTS = 400


@dataclass(frozen=True)
class LossPoint:
    """One row of plots/loss.csv."""

    step: int
    epoch: float
    split: str
    loss: float


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: its place in pixels and its label."""

    place: float
    label: str


@dataclass(frozen=True)
class Curve:
    """One split's losses.

    Attributes:
        split: train or validation.
        path: an SVG path.
        points: pixel places of the values.
        last: the last loss, to stand beside the curve.
    """

    split: str
    path: str
    points: tuple[tuple[float, float], ...]
    last: float


@dataclass(frozen=True)
class LossChart:
    """All that is drawn, in pixels of a WIDTH x HEIGHT picture."""

    curves: tuple[Curve, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    best: tuple[float, float] | None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def read_losses(path: Path) -> list[LossPoint]:
    """Read plots/loss.csv.

    Raises:
        TunewrightError: the file is missing or damaged.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [
                LossPoint(int(row["step"]), float(row["epoch"]), row["split"], float(row["loss"]))
                for row in csv.DictReader(file)
            ]
    except FileNotFoundError as error:
        raise TunewrightError("not there yet", where=str(path), fix="dvc repro") from error
    except (KeyError, ValueError, TypeError) as error:
        raise TunewrightError(f"damaged: {error}", where=str(path), fix=f"rm {path} && dvc repro") from error


def loss_chart(losses: Sequence[LossPoint], best_step: int | None) -> LossChart | None:
    """Lay the curves out; None when nothing finite was logged.

    Args:
        losses: of both splits, in any order.
        best_step: the step whose weights were kept; marked on the validation curve.
    """
    finite = [point for point in losses if math.isfinite(point.loss)]
    if not finite:
        return None
    last_step = max(1, *(point.step for point in finite))
    x_ticks = [step for step in nice_ticks(last_step) if step <= last_step]
    y_ticks = nice_ticks(max(point.loss for point in finite))
    x_scale = (WIDTH - LEFT - RIGHT) / last_step
    y_scale = (HEIGHT - TOP - BOTTOM) / y_ticks[-1]

    def place(step: float, loss: float) -> tuple[float, float]:
        return round(LEFT + step * x_scale, 1), round(HEIGHT - BOTTOM - loss * y_scale, 1)

    curves = []
    best = None
    for split in ("train", "validation"):
        rows = _thinned(sorted((p for p in finite if p.split == split), key=lambda p: p.step))
        if not rows:
            continue
        points = tuple(place(row.step, row.loss) for row in rows)
        path = "M" + "L".join(f"{x} {y}" for x, y in points)
        curves.append(Curve(split, path, points, rows[-1].loss))
        if split == "validation":
            best = next((place(row.step, row.loss) for row in rows if row.step == best_step), None)
    return LossChart(
        curves=tuple(curves),
        x_ticks=tuple(Tick(place(step, 0)[0], f"{step:g}") for step in x_ticks),
        y_ticks=tuple(Tick(place(0, loss)[1], f"{loss:g}") for loss in y_ticks),
        best=best,
    )


def nice_ticks(high: float, about: int = 5) -> list[float]:
    """Round numbers from 0 to at or above high, `about` of them (steps of 1, 2, 2.5 or 5 x 10^k)."""
    high = high if high > 0 else 1.0
    raw = high / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw * (1 - 1e-9))
    return [round(index * step, 12) for index in range(math.ceil(high / step - 1e-9) + 1)]


def _thinned(rows: list[LossPoint]) -> list[LossPoint]:
    """At most MOST_POINTS rows, evenly taken, the last always among them."""
    if len(rows) <= MOST_POINTS:
        return rows
    stride = math.ceil(len(rows) / MOST_POINTS)
    return rows[(len(rows) - 1) % stride :: stride]
