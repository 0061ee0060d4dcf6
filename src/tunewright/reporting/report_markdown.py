"""`render_report_markdown`: reports/report.md, the report as a comment of a pull request.

It holds no text of any row and no link: what comes from data or from a model is text, whatever it looks like.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tunewright.reporting import comparison
from tunewright.reporting.cost_text import asked_besides, cost
from tunewright.reporting.effects_view import AT_FIRST, effects_view
from tunewright.reporting.inputs import ReportInputs
from tunewright.reporting.suites_view import suite_rows
from tunewright.reporting.templates import render_comment
from tunewright.reporting.verdict_view import criterion_rows, verdict_view

SHORT_COMMIT = 10


@dataclass(frozen=True)
class MetricRow:
    """A line of the table: a cell for each contestant, then the difference to the better prompt."""

    name: str
    cells: tuple[str, ...]
    difference: str


def render_report_markdown(inputs: ReportInputs) -> str:
    """Render the comment; the same inputs give the same text."""
    return render_comment("report.md.j2", _context(inputs))


def _context(inputs: ReportInputs) -> dict[str, Any]:
    return {
        "project": inputs.project,
        "verdict": verdict_view(inputs.verdict),
        "notes": comparison.notes(inputs),
        "effects": effects_view(inputs),
        "at_first": AT_FIRST,
        "contestants": list(inputs.contestants.values()),
        "rows": [_row(inputs, block) for block in comparison.blocks(inputs)],
        "criteria": criterion_rows(inputs.verdict),
        "suites": suite_rows(inputs.suites),
        "cost": (*cost(inputs), *asked_besides(inputs)),
        "version": inputs.version,
        "commit": inputs.source.commit[:SHORT_COMMIT],
        "changed": bool(inputs.source.changed),
    }


def _row(inputs: ReportInputs, block: comparison.Block) -> MetricRow:
    shown = {bar.contestant: f"{bar.value} {bar.interval}" for bar in block.bars}
    delta = block.delta
    return MetricRow(
        block.name,
        tuple(shown.get(who, "–") for who in inputs.contestants),
        "" if delta is None else f"{delta.value} {delta.interval} ({delta.meaning})",
    )
