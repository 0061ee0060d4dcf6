"""What base_suites and tuned_suites hand to the report: every item's score, by metric."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tunewright.artifacts import read_json, write_json
from tunewright.evaluation.suites.question import ItemScore

SCORES = "scores.json"


def write_scores(folder: Path, scores: Sequence[ItemScore]) -> None:
    """Write scores.json: `{"items": [...]}`; no items if all suites are off."""
    write_json(folder / SCORES, {"items": [asdict(score) for score in scores]})


def read_scores(folder: Path) -> list[ItemScore]:
    """Read what `write_scores` wrote.

    Raises:
        TunewrightError: the file is missing or damaged.
    """
    return [ItemScore(**raw) for raw in read_json(folder / SCORES)["items"]]
