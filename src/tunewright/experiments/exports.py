"""The comparison for programs: every number in full, as CSV and as JSON."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from typing import Any

from tunewright.config.judge_metrics import PREFIX as JUDGE
from tunewright.evaluation.predictions import Contestant
from tunewright.experiments.columns import value_of
from tunewright.experiments.experiment import Experiment, Value
from tunewright.experiments.ranking import LOSS, SECONDS
from tunewright.experiments.table import Comparison
from tunewright.reporting.names import CONTESTANTS, TUNED, among

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet compute a text."""


def as_csv(comparison: Comparison) -> str:
    """Every number in a column of its own, keys in full."""
    scored = _scored(comparison)
    parts = ("value", "low", "high", "n")
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(
        ["name", "state", *comparison.settings]
        + [f"{who}.{metric}.{part}" for who, metric in scored for part in parts]
        + [LOSS, SECONDS, "accepted", "test_rows", "baseline", "commit"]
    )
    for one in comparison.experiments:
        scores = [one.scores.get(who, {}).get(metric) for who, metric in scored]
        row: list[object] = [one.name, one.state, *(_cell(value_of(one, key)) for key in comparison.settings)]
        row += [getattr(score, part, None) for score in scores for part in parts]
        row += [one.validation_loss, one.train_seconds, one.accepted, one.test_rows, one.baseline, one.commit]
        out.writerow(_inert(value) for value in row)
    return text.getvalue()


def as_json(comparison: Comparison) -> str:
    """Everything for programs."""
    return json.dumps(
        {
            "by": comparison.by,
            "settings": comparison.settings,
            "metrics": comparison.metrics,
            "front": [one.name for one in comparison.experiments if one.name in comparison.front],
            "experiments": [_plain(comparison, one) for one in comparison.experiments],
        },
        indent=2,
        ensure_ascii=False,
    )


def _scored(comparison: Comparison) -> list[tuple[Contestant, str]]:
    """Contestants and metrics with columns of numbers: a reference and a judge only where there is one."""
    everybody = {who for one in comparison.experiments for who in one.scores} | {*CONTESTANTS}
    return [
        (who, metric)
        for who in reversed(among(everybody))
        for metric in comparison.metrics
        if not metric.startswith(JUDGE) or who == TUNED
    ]


def _cell(value: Value) -> Value:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def _inert(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _plain(comparison: Comparison, one: Experiment) -> dict[str, Any]:
    return {
        "name": one.name,
        "state": one.state,
        "commit": one.commit or None,
        "baseline": one.baseline or None,
        "settings": {key: one.settings[key] for key in comparison.settings if key in one.settings},
        "scores": {
            who: {metric: asdict(score) for metric, score in scores.items()}
            for who, scores in one.scores.items()
        },
        LOSS: one.validation_loss,
        SECONDS: one.train_seconds,
        "last_validation_loss": one.last_loss,
        "accepted": one.accepted,
        "test_rows": one.test_rows or None,
    }
