"""The options that can be chosen: what each is for, where it lives, what it shadows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tunewright.config.params_file import PARAMS
from tunewright.config.places import options_of, packaged_conf
from tunewright.config.schema import GROUPS
from tunewright.config.yaml_file import parse_yaml

MODELINE = "# yaml-language-server:"


@dataclass(frozen=True)
class Option:
    """An option of a group.

    Attributes:
        group: the group.
        name: as params.yaml names it.
        path: the file that counts.
        purpose: the first line of its opening comment; empty if it has none.
        shadows: the packaged file of the same path, if the project's own takes its place.
    """

    group: str
    name: str
    path: Path
    purpose: str
    shadows: Path | None


def catalogue(root: Path, group: str) -> list[Option]:
    """The options of a group by name; the packaged ones alone where `root` is no project."""
    return [
        Option(group, name, path, purpose_of(path), _shadowed(path))
        for name, path in options_of(root, group).items()
    ]


def chosen_options(root: Path) -> dict[str, str]:
    """The option of each group as params.yaml names it, whether it exists or not; empty outside a project.

    Raises:
        ConfigError: params.yaml is no YAML.
    """
    try:
        text = (root / PARAMS).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    content = parse_yaml(text, PARAMS)
    return {group: content[group] for group in GROUPS if isinstance(content.get(group), str)}


def purpose_of(path: Path) -> str:
    """The first line of a file's opening comment that is for people."""
    for line in path.read_text(encoding="utf-8-sig", errors="replace").splitlines():
        if not line.startswith("#"):
            break
        if not line.startswith(MODELINE):
            return line.lstrip("# ").rstrip()
    return ""


def _shadowed(path: Path) -> Path | None:
    packaged = packaged_conf() / path.parent.name / path.name
    return packaged if packaged.is_file() and packaged.resolve() != path.resolve() else None
