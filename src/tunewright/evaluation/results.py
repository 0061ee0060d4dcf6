"""Scores of contestants with their intervals, as metrics/*.json and trackers get them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tunewright.artifacts import read_json, write_json
from tunewright.evaluation.predictions import Contestant
from tunewright.evaluation.statistics import Interval

Results = Mapping[Contestant, Mapping[str, Interval]]


def write_results(path: Path, results: Results) -> None:
    """Write `{contestant: {metric: {"value", "low", "high", "n"}}}`."""
    write_json(
        path,
        {
            contestant: {name: interval.as_dict() for name, interval in measured.items()}
            for contestant, measured in results.items()
        },
    )


def read_results(path: Path) -> Results:
    """Read what `write_results` wrote.

    Raises:
        TunewrightError: the file is missing or damaged.
    """
    return {
        contestant: {name: Interval(**interval) for name, interval in measured.items()}
        for contestant, measured in read_json(path).items()
    }


def flat_values(results: Results) -> dict[str, float]:
    """Values with their intervals as `contestant/metric`, `..._low` and `..._high`, for trackers."""
    return {
        f"{contestant}/{name}": value
        for contestant, measured in results.items()
        for name, value in with_intervals(measured).items()
    }


def with_intervals(measured: Mapping[str, Interval]) -> dict[str, float]:
    """Each metric as three numbers: NAME, NAME_low, NAME_high."""
    return {
        name: value
        for metric, interval in measured.items()
        for name, value in (
            (metric, interval.value),
            (f"{metric}_low", interval.low),
            (f"{metric}_high", interval.high),
        )
    }
