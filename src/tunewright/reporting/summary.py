"""The short table and the verdict: as plain lines for terminals, as markdown for a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from tunewright.evaluation.results import Results
from tunewright.evaluation.statistics import Interval
from tunewright.evaluation.verdict import Verdict
from tunewright.reporting import numbers
from tunewright.reporting.names import among
from tunewright.reporting.templates import render_markdown
from tunewright.reporting.verdict_view import criterion_rows, verdict_view


def summary_table(metrics: Sequence[str], scores: Results) -> str:
    """Base zero-shot, few-shot and tuned, with intervals, a metric a line.

    Args:
        metrics: which, in this order.
        scores: contestant -> metric -> score.
    """
    columns = [["", *metrics]]
    for who, name in among(scores).items():
        values = [numbers.score(metric, scores[who][metric].value) for metric in metrics]
        widest = max(map(len, values))
        intervals = [
            numbers.interval(metric, scores[who][metric].low, scores[who][metric].high) for metric in metrics
        ]
        cells = [f"{value:>{widest}} {shown}" for value, shown in zip(values, intervals, strict=True)]
        columns.append([name.lower(), *cells])
    return _aligned([*zip(*columns, strict=True)])


def verdict_table(verdict: Verdict) -> str:
    """Criterion, value, interval, pass or fail and why, a criterion a line; then the verdict."""
    rows = [["criterion", "value", "interval", "result", "reason"]]
    for row in criterion_rows(verdict):
        rows.append([row.text, row.value, row.interval, "pass" if row.passed else "FAIL", row.reason])
    view = verdict_view(verdict)
    if len(rows) == 1:
        return f"{view.title}: {view.sentence}"
    return f"{_aligned(rows)}\n{view.title}"


def verdict_markdown(
    project: str, metrics: Sequence[str], scores: Results, verdict: Verdict, warning: str = ""
) -> str:
    """Verdict, comparison and criteria as markdown; the same numbers as in `summary_table`.

    Args:
        project: its name.
        metrics: which, in this order.
        scores: contestant -> metric -> score.
        verdict: what was judged.
        warning: a sentence to put first, empty for none.
    """
    rows = [
        (metric, [_with_interval(metric, scores[who][metric]) for who in among(scores)]) for metric in metrics
    ]
    return render_markdown(
        "verdict.md.j2",
        {
            "project": project,
            "verdict": verdict_view(verdict),
            "warning": warning,
            "contestants": list(among(scores).values()),
            "rows": rows,
            "criteria": criterion_rows(verdict),
        },
    )


def _with_interval(metric: str, found: Interval) -> str:
    return f"{numbers.score(metric, found.value)} {numbers.interval(metric, found.low, found.high)}"


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
