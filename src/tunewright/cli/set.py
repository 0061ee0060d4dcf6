"""`tunewright set`: try the edit, write params.yaml only if the whole configuration holds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from tunewright.artifacts import write_text
from tunewright.config.compose import compose
from tunewright.config.params_file import PARAMS, edit_params, read_params_text


def set_values(root: Path, assignments: Sequence[str]) -> None:
    """Apply assignments to params.yaml, comments kept.

    Args:
        root: the project's folder.
        assignments: `GROUP=OPTION`, `KEY=VALUE` or `~KEY`.

    Raises:
        ConfigError: the configuration would not hold; nothing is written then.
    """
    before = read_params_text(root)
    after, dropped = edit_params(before, assignments)
    compose(root, after)
    for key in dropped:
        typer.echo(f"dropped {key}: it was set for the option that is left")
    if after == before:
        typer.echo(f"{PARAMS} says so already")
        return
    write_text(root / PARAMS, after)
    typer.echo(f"{PARAMS} changed; next: dvc repro")
