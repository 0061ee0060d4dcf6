"""params.yaml: one option per group, then `set`; read with every mistake named, edited with comments kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from tunewright.config.mistakes.nearest import nearest
from tunewright.config.mistakes.unknown_key import unknown_key
from tunewright.config.mistakes.value_hints import shown as shown_value
from tunewright.config.schema import GROUPS
from tunewright.config.yaml_file import interpolation_problems, line_of, parse_yaml, plain_values, read_text
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
        ConfigError: it cannot be read; if there is none, this is not a project's folder.
    """
    if not (root / PARAMS).exists():
        fix = "change into a project's folder, or make one: tunewright new"
        raise ConfigError([Problem("file", "does not exist", PARAMS, fix)])
    return read_text(root / PARAMS, PARAMS)


def parse_params(text: str) -> Params:
    """Check the shape of params.yaml and take it apart.

    Raises:
        ConfigError: unknown or missing groups, an option that is no text, a `set` that is no mapping.
    """
    params, problems = take_apart(text)
    if problems:
        raise ConfigError(problems)
    return params


def take_apart(text: str) -> tuple[Params, list[Problem]]:
    """What params.yaml says as far as it can be understood, and what is wrong with its shape.

    Raises:
        ConfigError: it is no YAML.
    """
    content = parse_yaml(text, PARAMS)
    problems = [_unknown(content, key) for key in content if key not in (*GROUPS, "set")]
    misspelt = {nearest(problem.key, GROUPS) for problem in problems}
    left_out = [group for group in GROUPS if group not in content and group not in misspelt]
    fix = "add a line `{}: OPTION`"
    problems += [
        Problem(group, "no option is chosen", f"{PARAMS}:1", fix.format(group)) for group in left_out
    ]
    problems += [p for group in GROUPS if group in content for p in _choice_problems(content, group)]
    values = content.get("set")
    if values is not None and not isinstance(values, CommentedMap):
        what = f"must be a mapping, not {shown_value(values)}"
        fix = "e.g. set: {method: {learning_rate: 1e-4}}"
        problems.append(Problem("set", what, f"{PARAMS}:{line_of(content, ['set'])}", fix))
    if unclear := interpolation_problems(content, PARAMS):
        raise ConfigError([*problems, *unclear])
    wrong = {problem.key for problem in problems}
    choices = {group: content[group] for group in GROUPS if group in content and group not in wrong}
    given = plain_values(text, PARAMS).get("set")
    return Params(choices, given if isinstance(given, dict) else {}, content), problems


def _choice_problems(content: CommentedMap, group: str) -> list[Problem]:
    given = content[group]
    if isinstance(given, str) and given:
        return []
    fix = "name one of them"
    if isinstance(given, list) and given:
        sweep = f"{group}={','.join(map(str, given))}"
        fix = f"name one of them; a sweep takes several: tunewright run -m {sweep}"
    elif isinstance(given, dict):
        fix = f"{group}: OPTION here, single values under `set`: set: {{{group}: {{...}}}}"
    what = f"must name one option, not {shown_value(given)}"
    return [Problem(group, what, f"{PARAMS}:{line_of(content, [group])}", fix)]


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
    given = _typed_in(f"{key}={value}", value)
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
    node[last] = _quoted(given)


def _quoted(value: Any) -> Any:  # noqa: ANN401 - any YAML value
    """Texts with a question mark in quotes: ruamel leaves them bare, which PyYAML cannot read in `{}`."""
    if isinstance(value, str) and "?" in value:
        return DoubleQuotedScalarString(value)
    if isinstance(value, list):
        return [_quoted(entry) for entry in value]
    if isinstance(value, dict):
        return {key: _quoted(entry) for key, entry in value.items()}
    return value


def _typed_in(assignment: str, value: str) -> Any:  # noqa: ANN401 - any YAML value
    """The value as YAML has it: a number, a list, text.

    Raises:
        ConfigError: it is no YAML, or no interpolation.
    """
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException
    from yaml import YAMLError

    try:
        parsed = OmegaConf.to_container(OmegaConf.from_dotlist([f"value={value}"]), resolve=False)
    except (OmegaConfBaseException, YAMLError, RecursionError) as error:
        what = f"{value!r} is no value in YAML" if "${" not in value else f"{value!r} is no interpolation"
        fix = "close what is open, or put text in quotes: KEY='\"TEXT\"'"
        raise ConfigError([Problem(assignment, what, "command line", fix)]) from error
    return parsed["value"] if isinstance(parsed, dict) else value


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
    dropped = list(leaf_keys(values[group], group))
    del values[group]
    return dropped


def leaf_keys(value: Any, key: str) -> list[str]:  # noqa: ANN401 - any YAML value
    """The dotted keys of all values at or below a key."""
    if isinstance(value, CommentedMap):
        return [leaf for name, below in value.items() for leaf in leaf_keys(below, f"{key}.{name}")]
    return [key]


def _unknown(content: CommentedMap, key: object) -> Problem:
    problem = unknown_key(str(key), str(key), (*GROUPS, "set"))
    fix = f"it goes under `set`: set: {{{key}: ...}}" if key in ("seed", "project") else problem.fix
    return Problem(problem.key, problem.what, f"{PARAMS}:{line_of(content, [str(key)])}", fix)


def _dump(content: CommentedMap) -> str:
    yaml = YAML(typ="rt")
    yaml.width = 4096
    out = StringIO()
    yaml.dump(content, out)
    return out.getvalue()
