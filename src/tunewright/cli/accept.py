"""`tunewright accept`: the gate. Prints the comparison and each criterion; its exit code is the verdict."""

from __future__ import annotations

from pathlib import Path

import typer

from tunewright.artifacts import METRICS, REPORTS
from tunewright.config.stage_settings import read_resolved
from tunewright.evaluation.results import read_results
from tunewright.evaluation.verdict import read_verdict
from tunewright.reporting.summary import summary_table, verdict_table


def accept(root: Path) -> int:
    """Print what the last report found.

    Returns:
        0 if every criterion holds, else 1.

    Raises:
        TunewrightError: the pipeline has not run to its end.
    """
    task = read_resolved(root).task
    verdict = read_verdict(root / METRICS / "acceptance.json")
    scores = {
        **read_results(root / METRICS / "baseline.json"),
        **read_results(root / METRICS / "evaluation.json"),
    }
    typer.echo(summary_table(task.metrics, scores))
    typer.echo()
    typer.echo(verdict_table(verdict))
    typer.echo(f"report: open {REPORTS / 'report.html'} in a browser")
    return 0 if verdict.accepted else 1
