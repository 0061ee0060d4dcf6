"""The files that make up a configuration, read one by one to say why they do not compose.

Hydra stops at the first fault and seldom names a line. This runs only once it has stopped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from tunewright.config.mistakes.nearest import did_you_mean
from tunewright.config.places import CONF, conf_folders, options_of, packaged_conf, shown
from tunewright.config.schema import GROUPS
from tunewright.config.yaml_file import interpolation_problems, line_of, plain_values, read_text, read_yaml
from tunewright.errors import ConfigError, Problem

SEARCHPATH = "pkg://tunewright.conf"


def broken_files(choices: Mapping[str, str], root: Path) -> list[Problem]:
    """Every fault of conf/config.yaml, base.yaml and the chosen options with those that they build on.

    Args:
        choices: option by group.
        root: the project's folder.
    """
    problems = [*_primary(root), *_base(root)]
    for group, option in choices.items():
        problems += _option(group, option, root, ())
    return list(dict.fromkeys(problems))


def _primary(root: Path) -> Iterator[Problem]:
    path = root / CONF / "config.yaml"
    name = f"{CONF}/config.yaml"
    content, problems = _read(path, name, "")
    yield from problems
    if problems:
        return
    if "base" not in _names(content):
        where = f"{name}:{line_of(content, ['defaults']) or 1}"
        fix = "begin the file with: defaults: [base, _self_]"
        yield Problem("defaults", "does not start from `base`, which lists the groups", where, fix)
    yield from _listed(content, name, root)
    hydra = content.get("hydra")
    searched = hydra.get("searchpath") if isinstance(hydra, CommentedMap) else None
    own = (root / CONF).resolve() == packaged_conf().resolve()
    if not own and not (isinstance(searched, list) and SEARCHPATH in searched):
        line = line_of(content, ["hydra", "searchpath"]) or line_of(content, ["hydra"]) or 1
        fix = f"write: hydra: {{searchpath: [{SEARCHPATH}]}}"
        yield Problem("hydra.searchpath", "does not list tunewright's own options", f"{name}:{line}", fix)
    for key in hydra if isinstance(hydra, CommentedMap) else ():
        if key != "searchpath":
            where = f"{name}:{line_of(content, ['hydra', key])}"
            yield Problem(f"hydra.{key}", "only `searchpath` may stand here", where, "remove it")


def _listed(content: CommentedMap, name: str, root: Path) -> Iterator[Problem]:
    """Entries of the primary configuration's defaults that are neither groups nor files."""
    for index, entry in enumerate(_entries(content)):
        if entry == "_self_" or isinstance(entry, dict):
            continue
        if not any((folder / f"{entry}.yaml").is_file() for folder in conf_folders(root)):
            where = f"{name}:{line_of(content, ['defaults', str(index)]) or 1}"
            what = f"{entry!r} is no file of {CONF}/; options are chosen in params.yaml"
            yield Problem("defaults", what, where, "write: defaults: [base, _self_]")


def _base(root: Path) -> Iterator[Problem]:
    path = next(
        (folder / "base.yaml" for folder in conf_folders(root) if (folder / "base.yaml").is_file()), None
    )
    if path is None:
        return
    name = shown(path, root)
    content, problems = _read(path, name, "")
    yield from problems
    missing = [group for group in GROUPS if group not in _names(content)]
    if missing and not problems:
        where = f"{name}:{line_of(content, ['defaults']) or 1}"
        fix = "remove the file: the packaged base.yaml then holds, and config.yaml may set single values"
        yield Problem("defaults", f"lists no option for {', '.join(missing)}", where, fix)


def _option(group: str, option: str, root: Path, trail: tuple[str, ...]) -> Iterator[Problem]:
    options = options_of(root, group)
    path = options.get(option)
    if path is None:
        return
    name = shown(path, root)
    content, problems = _read(path, name, group)
    yield from problems
    yield from _header(path, name, group)
    for index, entry in enumerate(_entries(content)):
        where = f"{name}:{line_of(content, ['defaults', str(index)]) or 1}"
        key = f"{group}.defaults"
        if entry == "_self_" and index != _entries(content).index("_self_"):
            yield Problem(
                key, "_self_ stands there twice", where, "keep one: what follows it wins over the file"
            )
        elif not isinstance(entry, str):
            fix = (
                f"write the name of another option of {group}, e.g. defaults: [{next(iter(options))}, _self_]"
            )
            yield Problem(key, f"{entry!r} is no name of an option", where, fix)
        elif entry in (*trail, option):
            circle = " -> ".join([*trail, option, entry])
            yield Problem(key, f"goes in a circle: {circle}", where, _out_of_circle(entry, option, group))
        elif entry != "_self_" and not entry.startswith("/") and entry not in options:
            fix = did_you_mean(entry, options) or f"name an option of {group}"
            yield Problem(key, f"no option {entry!r}; there are: {', '.join(options)}", where, fix)
        elif entry != "_self_":
            yield from _option(group, entry, root, (*trail, option))


def _out_of_circle(entry: str, option: str, group: str) -> str:
    if entry == option and (packaged_conf() / group / f"{option}.yaml").is_file():
        return f"a file that hides the packaged {option!r} cannot build on it: give it another name"
    return "take one of them out of `defaults`"


def _read(path: Path, name: str, key: str) -> tuple[CommentedMap, list[Problem]]:
    """The file's content, and what is wrong with its YAML, its interpolations and the shape of `defaults`."""
    try:
        content = read_yaml(path, name)
    except ConfigError as error:
        return CommentedMap(), list(error.problems)
    problems = interpolation_problems(content, name, key)
    if None in content:
        where = f"{name}:{line_of(content, ['None'])}"
        problems.append(Problem("null", "a key must be text", where, "put it in quotes, or remove it"))
    if "defaults" in content and not isinstance(content["defaults"], CommentedSeq):
        where = f"{name}:{line_of(content, ['defaults'])}"
        fix = "write a list: defaults: [lora, _self_]" if key else "write a list: defaults: [base, _self_]"
        problems.append(Problem(f"{key}.defaults".strip("."), "must be a list", where, fix))
    if not problems:
        try:
            plain_values(read_text(path, name), name)
        except ConfigError as error:
            problems += error.problems
    return content, problems


def _header(path: Path, name: str, group: str) -> Iterator[Problem]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return  # said already
    for number, line in enumerate(lines, start=1):
        if line.replace(" ", "").startswith("#@package"):
            what = "a package header takes the values out of their group"
            yield Problem(group, what, f"{name}:{number}", "remove the line")


def _entries(content: CommentedMap) -> list[object]:
    entries = content.get("defaults")
    return list(entries) if isinstance(entries, CommentedSeq) else []


def _names(content: CommentedMap) -> list[str]:
    """What a primary configuration lists: names, and the groups of `group: option`."""
    return [
        str(name) for entry in _entries(content) for name in (entry if isinstance(entry, dict) else [entry])
    ]
