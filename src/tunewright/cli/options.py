"""`tunewright options`: what can be chosen, what each is for, where it lives, what it shadows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import typer

from tunewright.config.catalogue import Option, catalogue, chosen_options
from tunewright.config.keys import group_purpose
from tunewright.config.places import shown
from tunewright.config.schema import LISTED
from tunewright.errors import unknown_name


def options(root: Path, group: str | None) -> None:
    """Print the options of a group, or all groups with their options.

    Args:
        root: the project's folder; outside a project the packaged options are listed.
        group: one group; None for all.

    Raises:
        UsageError: there is no such group.
    """
    if group is not None and group not in LISTED:
        raise unknown_name("group", group, LISTED)
    chosen = chosen_options(root)
    for number, name in enumerate([group] if group else LISTED):
        if number:
            typer.echo()
        typer.echo(f"{name}: {group_purpose(name)}")
        typer.echo("\n".join(_table(catalogue(root, name), chosen.get(name), root)))


def _table(found: list[Option], chosen: str | None, root: Path) -> Iterator[str]:
    """One line an option, the chosen one marked; what a project's file shadows on a line of its own."""
    names = max((len(option.name) for option in found), default=0)
    places = max((len(shown(option.path, root)) for option in found), default=0)
    for option in found:
        mark = "*" if option.name == chosen else " "
        place = shown(option.path, root)
        yield f"{mark} {option.name:<{names}}  {place:<{places}}  {option.purpose}".rstrip()
        if option.shadows is not None:
            yield f"  {'':<{names}}  shadows {shown(option.shadows, root)}"
    if chosen is not None and chosen not in {option.name for option in found}:
        yield f"* {chosen}: params.yaml chooses it, but it does not exist"
