"""`tunewright fetch-data`: bring the sources that the hub has under data/raw, and say what to type next."""

from __future__ import annotations

import shlex
from pathlib import Path

import typer

from tunewright.config.compose import compose
from tunewright.data.hub_file import fetch_source
from tunewright.errors import UsageError


def fetch_data(root: Path) -> None:
    """Fetch every source that names a file of the hub.

    Args:
        root: the project's folder.

    Raises:
        UsageError: no source does.
        TunewrightError: the configuration is wrong, or a file cannot be had.
    """
    sources = [source for source in compose(root).data.sources if source.hub is not None]
    if not sources:
        raise UsageError(
            "no source in data.sources names a file of the hub",
            fix="add to one: hub: {repo_id: OWNER/NAME, revision: COMMIT, file: PATH}",
        )
    fetched = []
    for source in sources:
        new = fetch_source(root, source)
        typer.echo(f"{source.path} {'fetched' if new else 'is there already'}")
        fetched += [source.path] if new else []
    if fetched:
        typer.echo("so that every experiment sees it:")
        typer.echo(f"  dvc add {shlex.join(fetched)}")
