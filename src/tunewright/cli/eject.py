"""`tunewright eject`: copy a packaged option into the project, where it may be edited."""

from __future__ import annotations

from pathlib import Path

import typer

from tunewright import __version__
from tunewright.artifacts import write_text
from tunewright.config.catalogue import MODELINE
from tunewright.config.params_file import read_params_text
from tunewright.config.places import CONF, packaged_conf
from tunewright.config.schema import LISTED
from tunewright.errors import UsageError, unknown_name


def eject(root: Path, name: str) -> None:
    """Copy the option's file into the project's conf/, comments kept; what is resolved stays as it is.

    Args:
        root: the project's folder.
        name: GROUP/OPTION.

    Raises:
        ConfigError: `root` is no project.
        UsageError: there is no such option, or the project has a file of that name.
    """
    read_params_text(root)
    source = _packaged(name)
    target = CONF / f"{name}.yaml"
    if (root / target).exists():
        raise UsageError("exists already, and is what counts", where=target.as_posix(), fix="edit it")
    write_text(root / target, with_origin(source.read_text(encoding="utf-8"), name))
    typer.echo(f"made {target.as_posix()}: it now takes the place of the packaged option; edit it")


def packaged_options() -> list[str]:
    """Every packaged option as GROUP/OPTION."""
    return [
        f"{group}/{path.stem}"
        for group in LISTED
        for path in sorted((packaged_conf() / group).glob("*.yaml"))
    ]


def with_origin(text: str, name: str) -> str:
    """The text of an option with a line that says where it was taken from, below its opening lines."""
    lines = text.splitlines(keepends=True)
    place = next((number for number, line in enumerate(lines, start=1) if line.startswith(MODELINE)), 1)
    lines.insert(
        place, f"# Taken from tunewright {__version__} (conf/{name}.yaml); later versions do not change it.\n"
    )
    return "".join(lines)


def _packaged(name: str) -> Path:
    known = packaged_options()
    if name in known:
        return packaged_conf() / f"{name}.yaml"
    group, slash, option = name.replace("=", "/").partition("/")
    if not slash:
        raise UsageError(f"{name!r} is not of the form GROUP/OPTION", fix="e.g. tunewright eject method/lora")
    if group not in LISTED:
        raise unknown_name("group", group, LISTED)
    raise unknown_name(
        "packaged option", f"{group}/{option}", [one for one in known if one.startswith(f"{group}/")]
    )
