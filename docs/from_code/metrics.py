"""Every metric, from the catalogue that configuration, evaluation and reports take them from."""

from __future__ import annotations

from tunewright.config.metrics import CATALOGUE, EVERY_KIND, FAMILIES, Metric

from .tables import code, table

HEAD = ["metric", "meaning", "range", "better", "interval", "source"]
NAMED = {"field.": "field.PROPERTY", "format.": "format.RULE", "custom.": "custom.FUNCTION"}


def markdown() -> str:
    """A section a kind of task, then what every kind has."""
    sections = [
        (f"## {kind}\n", [one for one in CATALOGUE if kind in one.kinds and one.kinds != EVERY_KIND])
        for kind in EVERY_KIND
    ]
    shared = [one for one in (*CATALOGUE, *FAMILIES) if one.kinds == EVERY_KIND]
    own = [one for one in FAMILIES if one.kinds != EVERY_KIND]
    sections.append(("## every kind\n", [*shared, *own]))
    return "\n".join(part for head, metrics in sections for part in (head, table(HEAD, map(_row, metrics))))


def _row(metric: Metric) -> list[str]:
    return [
        code(NAMED.get(metric.name, metric.name)),
        metric.meaning + (" (on request)" if metric.on_request else ""),
        "0 to 1" if metric.unit == "share" else "0 and up",
        {"higher": "higher", "lower": "lower", "one": "nearer to 1"}[metric.better],
        metric.interval,
        metric.source,
    ]
