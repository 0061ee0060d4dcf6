"""`tunewright accept`: the gate. Prints the comparison and each criterion; its exit code is the verdict."""

from __future__ import annotations

from pathlib import Path

import typer

from tunewright.artifacts import METRICS, REPORTS
from tunewright.config.compose import compose
from tunewright.config.stage_settings import read_resolved
from tunewright.evaluation.results import read_results
from tunewright.evaluation.verdict import read_verdict
from tunewright.reporting.summary import summary_table, verdict_markdown, verdict_table

STALE = "params.yaml or conf/ say something else than what these numbers were made from: dvc repro"


def accept(root: Path, *, markdown: bool = False) -> int:
    """Print what the last report found.

    Args:
        root: the project's folder.
        markdown: as tables for a pull request, in place of lines for a terminal.

    Returns:
        0 if every criterion holds, else 1.

    Raises:
        ConfigError: the configuration does not hold.
        TunewrightError: the pipeline has not run to its end.
    """
    settings = read_resolved(root)
    verdict = read_verdict(root / METRICS / "acceptance.json")
    scores = {
        **read_results(root / METRICS / "baseline.json"),
        **read_results(root / METRICS / "evaluation.json"),
    }
    metrics, stale = settings.task.metrics, _is_stale(root)
    if markdown:
        typer.echo(verdict_markdown(settings.project.name, metrics, scores, verdict, STALE if stale else ""))
        return 0 if verdict.accepted else 1
    typer.echo(summary_table(metrics, scores))
    typer.echo()
    typer.echo(verdict_table(verdict))
    if stale:
        typer.echo(f"note: {STALE}")
    typer.echo(f"report: open {REPORTS / 'report.html'} in a browser")
    return 0 if verdict.accepted else 1


def _is_stale(root: Path) -> bool:
    """Whether the configuration has changed since; the tracker and the library's version do not count."""
    beside = {"tracking", "choices", "versions"}
    then, now = (settings.model_dump(exclude=beside) for settings in (read_resolved(root), compose(root)))
    return then != now
