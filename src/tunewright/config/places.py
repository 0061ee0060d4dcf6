"""Where a value comes from: file and line, for error messages and provenance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from tunewright.config.params_file import PARAMS, Params
from tunewright.config.yaml_file import deepest, read_yaml

CONF = Path("conf")


def packaged_conf() -> Path:
    """The folder of the groups that come with tunewright."""
    return Path(str(files("tunewright.conf")))


def conf_folders(root: Path) -> tuple[Path, ...]:
    """Where options are looked for: the project's conf/, then the packaged one."""
    project, packaged = root / CONF, packaged_conf()
    return (project,) if project.resolve() == packaged.resolve() else (project, packaged)


def options_of(root: Path, group: str) -> dict[str, Path]:
    """The options of a group and the file that each comes from; a project's file shadows a packaged one."""
    found: dict[str, Path] = {}
    for folder in reversed(conf_folders(root)):
        found |= {path.stem: path for path in sorted((folder / group).glob("*.yaml"))}
    return dict(sorted(found.items()))


def shown(path: Path, root: Path) -> str:
    """A file's name for people: relative inside the project, `tunewright:conf/...` in the package."""
    for folder, prefix in ((root, ""), (packaged_conf(), "tunewright:conf/")):
        if path.resolve().is_relative_to(folder.resolve()):
            return prefix + path.resolve().relative_to(folder.resolve()).as_posix()
    return path.as_posix()


def place_of(key: str, params: Params, root: Path) -> str:
    """File and line of a dotted key, of the value that stands in its place, or of its nearest parent.

    The order is that of precedence: `set`, then the option's file and those that it builds on, then
    the project's config.yaml and base.yaml.
    """
    parts = key.split(".")
    best, best_depth = "", 1 if parts[0] in params.choices else 0
    layers = [(PARAMS, params.content, ["set", *parts], 1)]
    for path, below in _files_for(parts, params.choices, root):
        layers.append((shown(path, root), read_yaml(path, shown(path, root)), below, len(below) - len(parts)))
    for name, content, path_in_file, outside in layers:
        depth, line, value = deepest(content, path_in_file)
        taken_whole = depth > outside and (
            not isinstance(value, CommentedMap) or any(part.isdigit() for part in path_in_file[:depth])
        )
        if depth == len(path_in_file) or taken_whole:
            return f"{name}:{line}"
        if depth - outside > best_depth:
            best, best_depth = f"{name}:{line}", depth - outside
    option = params.choices.get(parts[0])
    chosen = options_of(root, parts[0]).get(option) if option else root / CONF / "config.yaml"
    return best or f"{shown(chosen, root) if chosen else PARAMS}:1"


def _files_for(parts: list[str], choices: Mapping[str, str], root: Path) -> Iterator[tuple[Path, list[str]]]:
    group = parts[0]
    if group in choices:
        for path in files_of_option(group, choices[group], root):
            yield path, parts[1:]
    if (root / CONF / "config.yaml").is_file():
        yield root / CONF / "config.yaml", parts
    for folder in conf_folders(root):
        if (folder / "base.yaml").is_file():
            yield folder / "base.yaml", parts
            return


def files_of_option(group: str, option: str, root: Path, depth: int = 0) -> Iterator[Path]:
    """The file of an option, then those that it builds on, the nearest first."""
    path = options_of(root, group).get(option)
    if path is None or depth > 8:
        return
    yield path
    for entry in _defaults(read_yaml(path, shown(path, root))):
        yield from files_of_option(group, entry, root, depth + 1)


def _defaults(content: CommentedMap) -> Iterator[str]:
    entries = content.get("defaults")
    if isinstance(entries, CommentedSeq):
        yield from (entry for entry in entries if isinstance(entry, str) and entry != "_self_")
