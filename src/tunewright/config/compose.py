"""The one loader: params.yaml x the project's conf/ x the packaged groups -> checked `Settings`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from typing import Any

from tunewright.config.answer_schema import inline_answer_schema
from tunewright.config.choices import settle
from tunewright.config.criterion_text import put_mappings_for_texts
from tunewright.config.merge import Merged, merged
from tunewright.config.mistakes.type_problems import NEEDED, is_single, type_problems
from tunewright.config.mistakes.without_use import without_use
from tunewright.config.params_file import PARAMS, Params, read_params_text, take_apart
from tunewright.config.places import CONF, packaged_conf, place_of
from tunewright.config.rules.every import broken_rules
from tunewright.config.rules.registered import unregistered
from tunewright.config.rules.secrets import secrets
from tunewright.config.schema import GENERATED, GROUPS, Settings
from tunewright.config.schema.node import Node
from tunewright.config.version import version_in_use
from tunewright.errors import ConfigError, Problem

_FROM_THE_ENVIRONMENT = "the environment gives text; for a number write ${oc.decode:${oc.env:NAME}}"


def compose(root: Path, params_text: str | None = None) -> Settings:
    """Compose and check the configuration of a project.

    Args:
        root: the project's folder.
        params_text: text to take in place of the project's params.yaml, to try an edit.

    Raises:
        ConfigError: everything that is wrong, at once, each with its place.
    """
    params, problems = take_apart(read_params_text(root) if params_text is None else params_text)
    params, unsettled = settle(params, root, problems)
    try:
        whole = merged(params, root)
        found = _all_problems(whole, params, root, unsettled)
        placed = [_placed(problem, params, root) for problem in found]
    except ConfigError as error:
        raise ConfigError([*problems, *error.problems]) from error
    # Of a group whose option is a stand-in, only what params.yaml itself says can be wrong.
    problems += [p for p in placed if p.key.split(".")[0] not in unsettled or p.where.startswith(PARAMS)]
    if problems:
        raise ConfigError(problems)
    return Settings.model_validate_json(json.dumps(whole.values), strict=True)


def _all_problems(whole: Merged, params: Params, root: Path, unsettled: set[str]) -> list[Problem]:
    """Check the composed values in turn; fills in what tunewright knows itself."""
    values, problems = whole.values, list(whole.problems)
    problems += [_generated(key) for key in GENERATED if key in values]
    values |= {"choices": params.choices, "versions": {"tunewright": version_in_use()}}
    problems += inline_answer_schema(values, root)
    problems += put_mappings_for_texts(values)
    problems += secrets(values)  # before the types, whose messages tell the value
    groups, of_type = _typed(values)
    groups = {name: group for name, group in groups.items() if name not in unsettled}
    problems += of_type
    problems += broken_rules(groups)
    problems += unregistered(groups, root)
    if "method" not in unsettled:
        problems += without_use(params, root)
    return list(_without_consequences(problems, whole))


def _without_consequences(problems: list[Problem], whole: Merged) -> Iterator[Problem]:
    """Each key once, and none whose value is taken from a key that is named itself."""
    keys = {problem.key for problem in problems}
    named: set[str] = set()
    for problem in problems:
        text = whole.written.get(problem.key, "")
        taken_from = text.removeprefix("${").removesuffix("}")
        if problem.key in named or (taken_from in keys and problem not in whole.problems):
            continue
        named.add(problem.key)
        in_text = "oc.env" in text and problem.what.startswith("must be")
        yield replace(problem, fix=_FROM_THE_ENVIRONMENT) if in_text else problem


def _generated(key: str) -> Problem:
    return Problem(key, "is filled in by tunewright and cannot be set", fix="remove it")


def _typed(values: dict[str, Any]) -> tuple[dict[str, Node], list[Problem]]:
    """Check the types of every group by itself, so that one mistake never hides another."""
    from pydantic import ValidationError

    groups: dict[str, Node] = {}
    problems: list[Problem] = []
    for name in GROUPS:
        model = Settings.model_fields[name].annotation
        if name not in values or not (isinstance(model, type) and issubclass(model, Node)):
            continue
        try:
            groups[name] = _validated(model, values[name])
        except ValidationError as error:
            problems += type_problems(error, model, name)
    try:
        _validated(Settings, {**values, **{name: _dumped(group) for name, group in groups.items()}})
    except ValidationError as error:
        problems += type_problems(error, Settings, "", checked=GROUPS)
    return groups, problems


def _validated(model: type[Any], values: object) -> Any:  # noqa: ANN401 - an instance of the model given
    """Validate strictly, as JSON: no text for numbers, lists for tuples."""
    return model.model_validate_json(json.dumps(values), strict=True)


def _dumped(node: Node) -> Any:  # noqa: ANN401 - plain values
    return node.model_dump(mode="json")


def _placed(problem: Problem, params: Params, root: Path) -> Problem:
    where = problem.where or place_of(problem.key, params, root)
    fix = problem.fix
    group = problem.key.split(".")[0]
    if problem.what.startswith(NEEDED) and where.startswith(f"{CONF}/{group}/"):
        fix = _fill_option(group, params.choices[group])
    elif not fix and where.startswith(f"{PARAMS}:"):
        key = ".".join(takewhile(lambda part: not part.isdigit(), problem.key.split(".")))
        taken_back = f"tunewright set '~{key}' takes it back"
        fix = f"tunewright set {key}=VALUE, or {taken_back}" if is_single(key) else taken_back
    return replace(problem, where=where, fix=fix)


def _fill_option(group: str, option: str) -> str:
    """How an option file of the project's own gets the values that it lacks."""
    if (packaged_conf() / group / f"{option}.yaml").is_file():
        other = f"give it another name and begin it with `defaults: [{option}, _self_]`"
        return f"it hides the packaged option {option!r} as a whole: write the value into it, or {other}"
    packaged = sorted(path.stem for path in (packaged_conf() / group).glob("*.yaml"))
    return "write it into the file" + (
        f", or build on an option that has it: defaults: [{packaged[0]}, _self_]" if packaged else ""
    )
