"""`render_page`: the comparison as one HTML text that loads nothing; its script only highlights."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import Any

from tunewright import __version__
from tunewright.experiments.curves import curves
from tunewright.experiments.experiment import Experiment
from tunewright.experiments.git_files import WORKSPACE
from tunewright.experiments.importance import importance
from tunewright.experiments.parallel import parallel
from tunewright.experiments.ranking import SECONDS, measured
from tunewright.experiments.table import Comparison, notes, reference_title, score_text, table
from tunewright.experiments.tradeoff import tradeoff
from tunewright.reporting import numbers
from tunewright.reporting.names import PROMPTED, SHORT, in_sentence, metric_name
from tunewright.reporting.templates import render_html

SCRIPT = "experiments.js"
MANY = 10
"""From so many experiments on, the best one's luck is worth a warning."""


def render_page(comparison: Comparison) -> str:
    """Render the comparison; the same experiments give the same text."""
    ranked = [one for one in comparison.experiments if measured(one, comparison.by) is not None]
    mattered = importance(_distinct(ranked), comparison.settings, comparison.by)
    order = [share.key for share in mattered.shares]
    by_importance = [*order, *(key for key in comparison.settings if key not in order)]
    script = (files("tunewright.reporting") / SCRIPT).read_bytes()
    head, *rows = table(comparison)
    return render_html(
        "experiments.html.j2",
        {
            "project": _project(comparison),
            "by": comparison.by,
            "by_name": _name(comparison.by),
            "script_hash": base64.b64encode(hashlib.sha256(script).digest()).decode(),
            "findings": _findings(comparison, ranked),
            "warnings": _warnings(comparison, ranked),
            "notes": notes(comparison),
            "names": [one.name for one in ranked],
            "values": [_value(one, comparison.by) for one in ranked],
            "goodness": _goodness(len(ranked)),
            "parallel": parallel(ranked, by_importance, comparison.by),
            "importance": mattered,
            "explained": f"{100 * mattered.explained:.0f} %",
            "curves": curves(ranked),
            "tradeoffs": _tradeoffs(comparison, ranked),
            "head": head,
            "settings": len(comparison.settings),
            "keys": comparison.settings,
            "rows": [
                (ranked.index(one) if one in ranked else None, one.state, row)
                for one, row in zip(comparison.experiments, rows, strict=True)
            ],
            "workspace": WORKSPACE,
            "version": __version__,
        },
    )


def _project(comparison: Comparison) -> str:
    names = (one.settings.get("project.name") for one in comparison.experiments)
    return next((str(name) for name in names if name), "Project")


def _findings(comparison: Comparison, ranked: list[Experiment]) -> list[str]:
    """How many there are, which is best, and what the base model reaches."""
    states = [one.state for one in comparison.experiments if one.name != WORKSPACE]
    counted = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
    found = [f"{numbers.count(len(states))} experiments: {counted}." if states else "No experiments yet."]
    if ranked:
        best = ranked[0]
        found.append(
            f"Best by {in_sentence(_name(comparison.by))}: {best.name}, {_value(best, comparison.by)}."
        )
        prompts = [
            f"{score_text(comparison.by, score)} {SHORT[who]}"
            for who in PROMPTED
            if (score := best.scores.get(who, {}).get(comparison.by)) is not None
        ]
        if prompts:
            found.append(f"The base model on the same rows: {', '.join(prompts)}.")
        reference = best.scores.get("reference", {}).get(comparison.by)
        if reference is not None:
            reached = score_text(comparison.by, reference)
            found.append(f"{reference_title(best)}, the reference, on the same rows: {reached}.")
    return found


def _warnings(comparison: Comparison, ranked: list[Experiment]) -> list[tuple[str, str]]:
    found = []
    if not comparison.same_test_rows:
        found.append(
            (
                "Not all were scored on the same test rows.",
                "Their numbers cannot be compared with each other; the column “test rows” says which belong "
                "together.",
            )
        )
    first = ranked[0].tuned.get(comparison.by) if ranked else None
    if first is not None:
        near = sum(1 for one in ranked[1:] if one.tuned[comparison.by].high >= first.low)
        if near and numbers.is_share(comparison.by):
            found.append(
                (
                    "The order is less sure than it looks.",
                    f"Of the {len(ranked) - 1} other results, {near} have an interval that reaches into the "
                    "first one's.",
                )
            )
    if len(ranked) >= MANY:
        found.append(
            (
                "The best of many is a lucky one.",
                f"Chosen from {len(ranked)} results on the same test rows, its value is somewhat too good: "
                "score it on rows that no experiment has seen before you rely on it.",
            )
        )
    return found


def _tradeoffs(comparison: Comparison, ranked: list[Experiment]) -> list[dict[str, Any]]:
    """The metric against training time, and against the next metric."""
    further = [metric for metric in comparison.metrics if metric != comparison.by]
    others = list(dict.fromkeys([*comparison.objectives[1:], SECONDS, *further]))[:2]
    drawn = ((other, tradeoff(ranked, other, comparison.by)) for other in others if other != comparison.by)
    return [
        {
            "chart": chart,
            "across": _name(other),
            "up": _name(comparison.by),
            "best": [one for one in chart.dots if one.front],
            "timed": other == SECONDS,
        }
        for other, chart in drawn
        if chart is not None
    ]


def _distinct(ranked: list[Experiment]) -> list[Experiment]:
    """Without the project's folder where an experiment has just its settings: it would count twice."""
    return [
        one
        for one in ranked
        if one.name != WORKSPACE
        or all(other.settings != one.settings for other in ranked if other is not one)
    ]


def _goodness(count: int) -> list[float]:
    """By place in the ranking, from 1 for the best to 0 for the last."""
    return [round(1 - place / max(1, count - 1), 3) for place in range(count)]


def _value(one: Experiment, metric: str) -> str:
    score = one.tuned.get(metric)
    if score is not None:
        return score_text(metric, score)
    value = measured(one, metric)
    if value is None:
        return "–"
    return numbers.duration(value) if metric == SECONDS else numbers.decimal(value)


def _name(metric: str) -> str:
    return {"train_seconds": "Training time", "validation_loss": "Validation loss"}.get(
        metric, metric_name(metric)
    )
