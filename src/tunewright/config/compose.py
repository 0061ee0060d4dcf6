"""The one loader: params.yaml x the project's conf/ x the packaged groups -> checked `Settings`."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tunewright.config.params_file import Params, parse_params, read_params_text
from tunewright.config.places import CONF, conf_folders, options_of, place_of
from tunewright.config.rules import broken_rules
from tunewright.config.schema import GROUPS, Settings
from tunewright.config.schema.node import Node
from tunewright.config.type_problems import type_problems
from tunewright.config.version import version_in_use
from tunewright.errors import ConfigError, Problem


def compose(root: Path, params_text: str | None = None) -> Settings:
    """Compose and check the configuration of a project.

    Args:
        root: the project's folder.
        params_text: text to take in place of the project's params.yaml, to try an edit.

    Raises:
        ConfigError: everything that is wrong, at once, each with its place.
    """
    params = parse_params(read_params_text(root) if params_text is None else params_text)
    problems = list(_unknown_options(params, root))
    if problems:
        raise ConfigError(problems)
    values = _composed(params, root)
    problems = list(_generated_keys(values))
    problems += _inline_schema(values, root)
    values |= {"choices": params.choices, "versions": {"tunewright": version_in_use()}}
    groups, found = _typed(values)
    problems += found
    named = {problem.key for problem in problems}
    problems += [problem for problem in broken_rules(groups) if problem.key not in named]
    problems += list(_custom_metrics(values, root))
    if problems:
        raise ConfigError([_placed(problem, params, root) for problem in problems])
    return Settings.model_validate_json(json.dumps(values), strict=True)


def _unknown_options(params: Params, root: Path) -> Iterator[Problem]:
    for group, option in params.choices.items():
        options = options_of(root, group)
        if option in options:
            continue
        near = difflib.get_close_matches(option, options, n=1)
        yield Problem(
            group,
            f"no option {option!r}; there are: {', '.join(options) or 'none'}",
            place_of(group, params, root).replace("base.yaml", "params.yaml"),
            f"did you mean {near[0]!r}?" if near else f"add conf/{group}/{option}.yaml to make one",
        )


def _composed(params: Params, root: Path) -> dict[str, Any]:
    """Compose with Hydra, lay `set` over it and resolve interpolations; plain values, unchecked."""
    from hydra import compose as hydra_compose
    from hydra import initialize_config_dir
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    if not (root / CONF / "config.yaml").is_file():
        fix = "it names the project and starts from `base`; see `tunewright new`"
        raise ConfigError([Problem("file", "does not exist", f"{CONF}/config.yaml", fix)])
    try:
        with initialize_config_dir(str((root / CONF).resolve()), version_base="1.3"):
            config = hydra_compose("config", overrides=[f"{g}={o}" for g, o in params.choices.items()])
        options = OmegaConf.to_container(config, resolve=False, throw_on_missing=False)
        merged = OmegaConf.create(_laid_over(options, params.values))
        values = OmegaConf.to_container(merged, resolve=True, throw_on_missing=False)
    except (HydraException, OmegaConfBaseException) as error:
        raise ConfigError([_hydra_problem(error, params, root)]) from error
    if not isinstance(values, dict):
        raise ConfigError([Problem("config", "must hold `key: value` lines", f"{CONF}/config.yaml")])
    return {str(key): value for key, value in values.items()}


def _laid_over(below: Any, above: Any) -> Any:  # noqa: ANN401 - plain values
    """`set` over the options, key by key; wrong types are left to the type check."""
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return {**below, **{key: _laid_over(below.get(key), value) for key, value in above.items()}}


def _hydra_problem(error: Exception, params: Params, root: Path) -> Problem:
    """Hydra's and OmegaConf's own message, on one line, with the key where they know it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    key = str(getattr(error, "full_key", None) or "config")
    cause = lines[0] if lines else type(error).__name__
    return Problem(key, cause, place_of(key, params, root) if key != "config" else f"{CONF}/")


def _generated_keys(values: dict[str, Any]) -> Iterator[Problem]:
    for key in ("choices", "versions"):
        if key in values:
            yield Problem(key, "is filled in by tunewright and cannot be set", fix="remove it")


def _inline_schema(values: dict[str, Any], root: Path) -> Iterator[Problem]:
    """Put the JSON Schema that `task.output.json_schema` names in its place, and check it as a schema."""
    output = (values.get("task") or {}).get("output")
    schema = output.get("json_schema") if isinstance(output, dict) else None
    key = "task.output.json_schema"
    if not isinstance(output, dict) or schema is None:
        return
    if isinstance(schema, str):
        found = [folder / schema for folder in conf_folders(root) if (folder / schema).is_file()]
        if not found:
            output["json_schema"] = None
            yield Problem(key, f"no file {schema!r}", fix=f"paths are relative to conf/: add conf/{schema}")
            return
        try:
            schema = output["json_schema"] = json.loads(found[0].read_text(encoding="utf-8"))
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            output["json_schema"] = None
            yield Problem(key, f"{found[0].name} is no JSON: {error}")
            return
    yield from _schema_problems(key, schema)


def _schema_problems(key: str, schema: object) -> Iterator[Problem]:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        path = "/".join(str(part) for part in error.path)
        yield Problem(
            key, f"is no JSON Schema (2020-12): {'at ' + path + ': ' if path else ''}{error.message}"
        )


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
        whole = type_problems(error, Settings, "")
        problems += [p for p in whole if p.key.split(".")[0] not in GROUPS or p.key in GROUPS]
    return groups, problems


def _custom_metrics(values: dict[str, Any], root: Path) -> Iterator[Problem]:
    """A `custom.NAME` metric or a transform must be registered by a module in extensions/."""
    from tunewright.errors import TunewrightError
    from tunewright.extensions import METRIC_PREFIX, load_extensions

    try:
        extensions = load_extensions(root)
    except TunewrightError as error:
        yield Problem("extensions", error.what, error.where)
        return
    task = values.get("task") if isinstance(values.get("task"), dict) else {}
    data = values.get("data") if isinstance(values.get("data"), dict) else {}
    wanted = [("task.metrics", n) for n in (task or {}).get("metrics") or []]
    wanted += [
        ("task.acceptance", c.get("metric"))
        for c in (task or {}).get("acceptance") or []
        if isinstance(c, dict)
    ]
    for key, name in wanted:
        if isinstance(name, str) and name.startswith(METRIC_PREFIX):
            yield from _registered(key, name.removeprefix(METRIC_PREFIX), extensions.metrics, "metric")
    for name in (data or {}).get("transforms") or []:
        yield from _registered("data.transforms", str(name), extensions.transforms, "transform")


def _registered(key: str, name: str, registry: dict[str, Any], kind: str) -> Iterator[Problem]:
    if name not in registry:
        there = ", ".join(sorted(registry)) or "none"
        fix = f'write it in extensions/ under @{kind}("{name}"); see extensions/README.md'
        yield Problem(key, f"no {kind} {name!r} is registered in extensions/; registered: {there}", fix=fix)


def _validated(model: type[Any], values: object) -> Any:  # noqa: ANN401 - an instance of the model given
    """Validate strictly, as JSON: no text for numbers, lists for tuples."""
    return model.model_validate_json(json.dumps(values), strict=True)


def _dumped(node: Node) -> Any:  # noqa: ANN401 - plain values
    return node.model_dump(mode="json")


def _placed(problem: Problem, params: Params, root: Path) -> Problem:
    where = problem.where or place_of(problem.key, params, root)
    return Problem(problem.key, problem.what, where, problem.fix)
