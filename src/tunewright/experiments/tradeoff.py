"""Trade-off: two things that one wants at once, and the experiments that none beats in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tunewright.experiments.experiment import Experiment
from tunewright.experiments.ranking import higher_is_better, interval_of, measured
from tunewright.experiments.scale import scale
from tunewright.reporting.loss_curve import Tick

WIDTH, HEIGHT = 520, 340
LEFT, RIGHT, TOP, BOTTOM = 64, 24, 16, 48


@dataclass(frozen=True)
class Dot:
    """One experiment; `low` and `high` are the ends of its interval, for those on the front."""

    number: int
    x: float
    y: float
    front: bool
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Tradeoff:
    """All that is drawn, in pixels of a WIDTH x HEIGHT picture; `front` is an SVG path."""

    across: str
    up: str
    dots: tuple[Dot, ...]
    front: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def tradeoff(experiments: Sequence[Experiment], across: str, up: str) -> Tradeoff | None:
    """Lay the dots out; None with fewer than two experiments that have both values.

    Args:
        experiments: best first; their places are the dots' numbers.
        across, up: metrics, `train_seconds` or `validation_loss`.
    """
    known = [
        (number, one, x, y)
        for number, one in enumerate(experiments)
        if (x := measured(one, across)) is not None and (y := measured(one, up)) is not None
    ]
    if len(known) < 2:
        return None
    best = front([(_goodness(across, x), _goodness(up, y)) for _, _, x, y in known])
    intervals = [interval_of(one, up) if at in best else None for at, (_, one, _, _) in enumerate(known)]
    ends = [end for found in intervals if found for end in (found.low, found.high)]
    x_scale = scale([x for _, _, x, _ in known], LEFT, WIDTH - RIGHT)
    y_scale = scale([*(y for *_, y in known), *ends], HEIGHT - BOTTOM, TOP, log_from=float("inf"))
    dots = [
        Dot(
            number=number,
            x=x_scale.place(x),
            y=y_scale.place(y),
            front=at in best,
            low=y_scale.place(found.low) if found else None,
            high=y_scale.place(found.high) if found else None,
        )
        for at, ((number, _, x, y), found) in enumerate(zip(known, intervals, strict=True))
    ]
    edge = sorted({(dot.x, dot.y) for dot in dots if dot.front})
    path = "M" + "L".join(f"{x} {y}" for x, y in edge)
    return Tradeoff(across, up, tuple(dots), path, x_scale.ticks(across), y_scale.ticks(up))


def front(points: Sequence[tuple[float, float]]) -> set[int]:
    """Which points no other is at least as good as in both and better than in one; more is better."""
    order = sorted(range(len(points)), key=lambda at: points[at], reverse=True)
    found: set[int] = set()
    highest = float("-inf")
    last = (float("nan"), float("nan"))
    for at in order:
        if points[at][1] > highest or points[at] == last:
            found.add(at)
            highest, last = points[at][1], points[at]
    return found


def unbeaten(experiments: Sequence[Experiment], metrics: Sequence[str]) -> frozenset[str]:
    """Names of the experiments than which none is at least as good in all of these and better in one."""
    known: dict[str, list[float]] = {}
    for one in experiments:
        values = [(metric, measured(one, metric)) for metric in metrics]
        good = [_goodness(metric, value) for metric, value in values if value is not None]
        if len(good) == len(metrics):
            known[one.name] = good

    def beats(one: list[float], other: list[float]) -> bool:
        return one != other and all(mine >= its for mine, its in zip(one, other, strict=True))

    return frozenset(
        name for name, own in known.items() if not any(beats(other, own) for other in known.values())
    )


def _goodness(metric: str, value: float) -> float:
    if higher_is_better(metric):
        return value
    return -value if metric in ("train_seconds", "validation_loss") else -abs(value - 1)
