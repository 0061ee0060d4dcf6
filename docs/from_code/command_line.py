"""Every command with its arguments and options, from the Typer application."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer.main

from tunewright.cli.main import app

from .tables import code, table


def markdown() -> str:
    """A section a command, in alphabetical order; those that only dvc.yaml calls come last."""
    found = sorted(commands(), key=lambda named: (named[1].hidden, named[0]))
    return "\n".join(_section(name, command) for name, command in found)


def commands() -> Iterator[tuple[str, Any]]:
    """Each command's full name and its click command, the program itself first."""
    yield from _within("tunewright", typer.main.get_command(app))


def _within(name: str, command: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - click's own, or Typer's copy
    yield name, command
    for below, child in getattr(command, "commands", {}).items():
        yield from _within(f"{name} {below}", child)


def _section(name: str, command: Any) -> str:  # noqa: ANN401
    context = command.context_class(command, info_name=name)
    usage = command.get_usage(context).removeprefix("Usage: ")
    said = [f"## {name}\n", _escaped(command.help or "") + "\n", f"```text\n{usage}\n```\n"]
    if command.hidden:
        said.insert(1, "For dvc.yaml, not for people.\n")
    records = [parameter.get_help_record(context) for parameter in command.params]
    rows = [[code(names), _escaped(meaning)] for names, meaning in filter(None, records)]
    return "\n".join([*said, table(["argument or option", "meaning"], rows) if rows else ""])


def _escaped(text: str) -> str:
    return text.replace("<", r"\<").replace("*", r"\*")
