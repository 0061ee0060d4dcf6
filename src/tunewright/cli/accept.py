"""`tunewright accept`: the gate. Prints the comparison and each criterion; its exit code is the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import typer

from tunewright.artifacts import METRICS, REPORTS
from tunewright.config.compose import compose
from tunewright.config.stage_settings import read_resolved
from tunewright.evaluation.results import Results, read_results
from tunewright.evaluation.verdict import Verdict, read_verdict
from tunewright.reporting.summary import summary_table, verdict_markdown, verdict_table
from tunewright.reporting.verdict_json import verdict_json
from tunewright.reporting.verdict_junit import verdict_junit

Form = Literal["text", "markdown", "json", "junit"]

STALE = "params.yaml or conf/ say something else than what these numbers were made from: dvc repro"


def accept(root: Path, form: Form = "text") -> int:
    """Print what the last report found.

    Args:
        root: the project's folder.
        form: lines for a terminal, tables for a pull request, JSON for scripts, JUnit XML for CI services.

    Returns:
        0 if every criterion holds, else 1.

    Raises:
        ConfigError: the configuration does not hold.
        TunewrightError: the pipeline has not run to its end.
    """
    settings = read_resolved(root)
    verdict = read_verdict(root / METRICS / "acceptance.json")
    scores: Results = {
        **read_results(root / METRICS / "baseline.json"),
        **read_results(root / METRICS / "evaluation.json"),
    }
    if settings.evaluation.reference.enabled:
        scores = {**scores, **read_results(root / METRICS / "reference.json")}
    reference = settings.evaluation.reference.title
    name, stale = settings.project.name, _is_stale(root)
    warning = STALE if stale else ""
    match form:
        case "markdown":
            told = verdict_markdown(name, settings.task.metrics, scores, verdict, warning, reference)
        case "json":
            told = verdict_json(name, scores, verdict, stale=stale)
        case "junit":
            told = verdict_junit(name, verdict, warning)
        case "text":
            told = _lines(settings.task.metrics, scores, verdict, warning, reference)
    typer.echo(told)
    return 0 if verdict.accepted else 1


def _lines(metrics: Sequence[str], scores: Results, verdict: Verdict, warning: str, reference: str) -> str:
    """The comparison, the criteria and where the report is."""
    return "\n".join(
        [
            summary_table(metrics, scores, reference),
            "",
            verdict_table(verdict),
            *([f"note: {warning}"] if warning else []),
            f"report: open {REPORTS / 'report.html'} in a browser",
        ]
    )


def _is_stale(root: Path) -> bool:
    """Whether the configuration has changed since; the tracker and the library's version do not count."""
    beside = {"tracking", "choices", "versions"}
    then, now = (settings.model_dump(exclude=beside) for settings in (read_resolved(root), compose(root)))
    return then != now
