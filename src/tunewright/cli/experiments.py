"""`tunewright experiments`: what differs, best first; as a table or as an HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from tunewright.artifacts import write_text
from tunewright.experiments.exports import as_csv, as_json
from tunewright.experiments.read import read_experiments
from tunewright.experiments.table import as_markdown, as_text, compare

FORMATS = {"text": as_text, "json": as_json, "csv": as_csv, "markdown": as_markdown}


def experiments(root: Path, form: str, by: Sequence[str], page: Path | None) -> None:
    """Print the comparison, or write it as HTML.

    Args:
        root: the project's folder.
        form: text, json, csv or markdown.
        by: metric to rank by, the task's first if there is none; of several the Pareto front is marked.
        page: HTML file to write instead; None for none.

    Raises:
        ConfigError: the folder is no project.
        UsageError: no git repository, no such metric, or nothing computed yet.
    """
    comparison = compare(read_experiments(root, losses=page is not None), *by)
    if page is None:
        typer.echo(FORMATS[form](comparison), nl=form != "csv")
        return
    from tunewright.experiments.page import render_page

    write_text(root / page, render_page(comparison))
    typer.echo(f"comparison: open {page} in a browser")
