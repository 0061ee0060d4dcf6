"""params.yaml: one option per group, then `set`; read with every mistake named, edited with comments kept."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from tunewright.config.schema import GROUPS
from tunewright.config.yaml_file import line_of, parse_yaml
from tunewright.errors import ConfigError, Problem

PARAMS = "params.yaml"


@dataclass(frozen=True)
class Params:
    """What params.yaml says.

    Attributes:
        choices: option by group.
        values: the nested `set` block as plain values.
        content: the file with its lines, for messages.
    """

    choices: dict[str, str]
    values: dict[str, Any]
    content: CommentedMap


def read_params_text(root: Path) -> str:
    """The text of the project's params.yaml.

    Raises:
        ConfigError: there is none, so this is not a project's folder.
    """
    try:
        return (root / PARAMS).read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        fix = "change into a project's folder, or make one: tunewright new"
        raise ConfigError([Problem("file", "does not exist", PARAMS, fix)]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([Problem("file", f"is not UTF-8 (byte {error.start})", PARAMS)]) from error


def parse_params(text: str) -> Params:
    """Check the shape of params.yaml and take it apart.

    Raises:
        ConfigError: unknown or missing groups, an option that is no text, a `set` that is no mapping.
    """
    from omegaconf import OmegaConf

    content = parse_yaml(text, PARAMS)
    problems = [_unknown(content, key) for key in content if key not in (*GROUPS, "set")]
    problems += [
        Problem(group, "no option is chosen", PARAMS, f"add a line `{group}: OPTION`")
        for group in GROUPS
        if group not in content
    ]
    for group in GROUPS:
        if group in content and not (isinstance(content[group], str) and content[group]):
            given = type(content[group]).__name__ if content[group] is not None else "null"
            problems.append(
                Problem(group, f"must name one option, not {given}", f"{PARAMS}:{line_of(content, [group])}")
            )
    values = content.get("set")
    if values is not None and not isinstance(values, CommentedMap):
        problems.append(
            Problem(
                "set",
                "must be a mapping, e.g. `set: {method: {learning_rate: 1e-4}}`",
                f"{PARAMS}:{line_of(content, ['set'])}",
            )
        )
    problems += _dotted(values, ["set"], content)
    if problems:
        raise ConfigError(problems)
    # OmegaConf's loader, since plain YAML 1.1 reads 1e-4 as text.
    plain = OmegaConf.to_container(OmegaConf.create(text), resolve=False)
    assert isinstance(plain, dict)  # noqa: S101 - parse_yaml made sure
    return Params({group: content[group] for group in GROUPS}, plain.get("set") or {}, content)


def _dotted(node: object, path: list[str], content: CommentedMap) -> list[Problem]:
    """Keys with a dot in them, which would name no setting: `set` is nested."""
    if not isinstance(node, CommentedMap):
        return []
    found = []
    for key, value in node.items():
        name = str(key)
        if "." in name:
            fix = f"tunewright set {name}=VALUE writes it nested"
            place = f"{PARAMS}:{line_of(content, [*path, key])}"
            found.append(Problem(name, "has a dot in its key; `set` is nested", place, fix))
        found += _dotted(value, [*path, key], content)
    return found


def edit_params(text: str, assignments: Sequence[str]) -> tuple[str, list[str]]:
    """Apply `KEY=VALUE` (or `~KEY`, to take a value back) to the text of params.yaml.

    A group's name as key chooses an option and drops the `set` values that belonged to the one left.

    Args:
        text: the file as it is.
        assignments: in the order in which they were typed.

    Returns:
        The new text, comments and order kept, and the dotted keys that were dropped.

    Raises:
        ConfigError: an assignment has no `=`, or takes back a value that is not set.
    """
    content = parse_yaml(text, PARAMS)
    dropped: list[str] = []
    for assignment in assignments:
        if assignment.startswith("~"):
            _take_back(content, assignment[1:])
            continue
        key, sign, value = assignment.partition("=")
        if not sign or not key:
            fix = "e.g. tunewright set method.learning_rate=1e-4"
            raise ConfigError([Problem(assignment, "is not of the form KEY=VALUE", "command line", fix)])
        if key in GROUPS:
            if content.get(key) != value:
                dropped += _drop_group(content, key)
            content[key] = value
        else:
            _assign(content, key.removeprefix("set."), value)
    return _dump(content), dropped


def _assign(content: CommentedMap, key: str, value: str) -> None:
    from omegaconf import OmegaConf

    parsed = OmegaConf.to_container(OmegaConf.from_dotlist([f"value={value}"]), resolve=False)
    assert isinstance(parsed, dict)  # noqa: S101 - a dotlist makes a mapping
    if not isinstance(content.get("set"), CommentedMap):
        content["set"] = CommentedMap()
    node = content["set"]
    node.fa.set_flow_style()
    *parents, last = key.split(".")
    for part in parents:
        if not isinstance(node.get(part), CommentedMap):
            node[part] = CommentedMap()
        node = node[part]
        node.fa.set_flow_style()
    node[last] = parsed["value"]


def _take_back(content: CommentedMap, key: str) -> None:
    path = key.removeprefix("set.").split(".")
    nodes = [content.get("set")]
    for part in path:
        if not isinstance(nodes[-1], CommentedMap) or part not in nodes[-1]:
            raise ConfigError([Problem(f"~{key}", "is not set in params.yaml", "command line")])
        nodes.append(nodes[-1][part])
    for node, part in zip(reversed(nodes[:-1]), reversed(path), strict=True):
        del node[part]
        if node:
            break


def _drop_group(content: CommentedMap, group: str) -> list[str]:
    values = content.get("set")
    if not isinstance(values, CommentedMap) or group not in values:
        return []
    dropped = list(_leaves(values[group], group))
    del values[group]
    return dropped


def _leaves(value: Any, key: str) -> list[str]:  # noqa: ANN401 - any YAML value
    if isinstance(value, CommentedMap):
        return [leaf for name, below in value.items() for leaf in _leaves(below, f"{key}.{name}")]
    return [key]


def _unknown(content: CommentedMap, key: str) -> Problem:
    near = difflib.get_close_matches(str(key), (*GROUPS, "set"), n=1)
    fix = f"did you mean {near[0]!r}?" if near else f"single values go into set: {{{key}: ...}}"
    allowed = ", ".join((*GROUPS, "set"))
    return Problem(str(key), f"unknown key; allowed: {allowed}", f"{PARAMS}:{line_of(content, [key])}", fix)


def _dump(content: CommentedMap) -> str:
    yaml = YAML(typ="rt")
    yaml.width = 4096
    out = StringIO()
    yaml.dump(content, out)
    return out.getvalue()
