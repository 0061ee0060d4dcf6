"""`tunewright adopt NAME`: take an experiment over, and say what to type next."""

from __future__ import annotations

import shlex
from pathlib import Path

import typer

from tunewright.experiments.adopt import adopt as take_over


def adopt(root: Path, name: str) -> None:
    """Adopt an experiment and print the next commands.

    Args:
        root: the project's folder.
        name: of the experiment.

    Raises:
        UsageError: there is no such experiment, or uncommitted changes would be lost.
        TunewrightError: its results cannot be had.
    """
    adopted = take_over(root, name)
    told = adopted.ref.name
    if adopted.paths:
        places = sorted({Path(path).parts[0] for path in adopted.paths})
        typer.echo(f"{told} is in the project's folder. Next:")
        typer.echo(f"  git add {shlex.join(places)}")
        typer.echo(f"  git commit -m {shlex.quote(f'Adopt {told}')}")
    else:
        typer.echo(f"{told} is what the project's last commit holds")
    if adopted.differing:
        typer.echo(f"not as in the experiment: {', '.join(adopted.differing)}")
        typer.echo("  dvc repro   runs what depends on them")
