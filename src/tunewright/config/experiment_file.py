"""conf/experiment/NAME.yaml, read and checked: every mistake at once, with file, line and key."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap

from tunewright.config.mistakes.type_problems import type_problems
from tunewright.config.mistakes.value_hints import shown as shown_value
from tunewright.config.places import options_of, shown
from tunewright.config.schema import EXPERIMENT, Experiment
from tunewright.config.yaml_file import deepest, parse_yaml, plain_values, read_text
from tunewright.errors import ConfigError, Problem, UsageError, unknown_name


def read_experiment(root: Path, name: str) -> tuple[Experiment, str]:
    """An experiment of the project or the package, and its file's name for people.

    Args:
        root: the project's folder.
        name: as `experiment=NAME` has it.

    Raises:
        UsageError: there is no such experiment.
        ConfigError: its file is no YAML, or does not fit the schema.
    """
    there = options_of(root, EXPERIMENT)
    if name not in there:
        if not there:
            raise UsageError(f"there is no experiment {name!r}", fix=f"add conf/{EXPERIMENT}/{name}.yaml")
        raise unknown_name(EXPERIMENT, name, list(there))
    file = shown(there[name], root)
    text = read_text(there[name], file)
    return parse_experiment(text, file), file


def parse_experiment(text: str, file: str) -> Experiment:
    """The experiment that a text in YAML declares.

    Args:
        text: the YAML.
        file: its name for messages.

    Raises:
        ConfigError: it is no YAML, or does not fit the schema.
    """
    from pydantic import ValidationError

    content = parse_yaml(text, file)
    values = plain_values(text, file)
    problems = [*_wrong_entries(values), *_same_key_twice(values)]
    if not problems:
        try:
            found = Experiment.model_validate_json(json.dumps(values, default=str), strict=True)
            problems += _broken_rules(found)
        except ValidationError as error:
            problems += type_problems(error, Experiment, "")
    if problems:
        raise ConfigError([replace(one, where=_place(content, one.key, file)) for one in problems])
    return found


def _wrong_entries(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Entries of the two free mappings, whose keys pydantic's message would leave out."""
    search, fixed = values.get("search"), values.get("fixed")
    for key, value in search.items() if isinstance(search, dict) else ():
        if not isinstance(value, str):
            listed = isinstance(value, list) and value
            fix = f"write {', '.join(map(str, value))}" if listed else "e.g. 8, 16, 32 or interval(1, 3)"
            yield Problem(f"search.{key}", f"must be text as behind KEY=, not {shown_value(value)}", fix=fix)
    for key, value in fixed.items() if isinstance(fixed, dict) else ():
        if isinstance(value, dict):
            inside = "".join(f".{name}" for name in list(value)[:1])
            yield Problem(f"fixed.{key}", "must be one value", fix=f"write the whole key: {key}{inside}: ...")


def _same_key_twice(values: Mapping[str, Any]) -> Iterator[Problem]:
    search, fixed = values.get("search"), values.get("fixed")
    for key in search if isinstance(search, dict) and isinstance(fixed, dict) else ():
        if key in (fixed or ()):
            yield Problem(f"search.{key}", "is fixed as well", fix="keep it in one of the two")


def _broken_rules(experiment: Experiment) -> Iterator[Problem]:
    metrics = [objective.metric for objective in experiment.objectives]
    for index, metric in enumerate(metrics):
        if metric in metrics[:index]:
            yield Problem(f"objectives.{index}.metric", f"{metric!r} stands there twice", fix="keep one")
    if experiment.pruning is not None and len(metrics) > 1:
        what = "goes with a single objective: of several, no trial is the worse one by its loss alone"
        yield Problem("pruning", what, fix="pruning: null")


def _place(content: CommentedMap, key: str, file: str) -> str:
    return f"{file}:{deepest(content, key.split('.'))[1]}"
