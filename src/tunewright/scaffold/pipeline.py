"""Is a project's dvc.yaml that of this version? One made earlier lacks stages, settings and files."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunewright.artifacts import load_yaml
from tunewright.errors import TunewrightError
from tunewright.scaffold.template import template_folder

PIPELINE = "dvc.yaml"
PROJECT = "{{cookiecutter.project_slug}}"
RECORDS = ("data/comparisons.json", "data/review.json", "data/test.lock")
"""Files that stages read and that each project has from its start, empty or not."""
SHOWN = 4
"""So many missing lines of dvc.yaml are named."""


@dataclass(frozen=True)
class Missing:
    """Something that a project lacks.

    Attributes:
        what: is missing, as a sentence about `where`.
        where: file.
        fix: the command that brings it.
    """

    what: str
    where: str
    fix: str


def missing_in(root: Path) -> Iterator[Missing]:
    """What a project made by an earlier version lacks: lines of dvc.yaml, records that stages read.

    Raises:
        TunewrightError: dvc.yaml cannot be read.
    """
    if lacks := pipeline_lacks(read_stages(root / PIPELINE), read_stages(packaged_pipeline())):
        more = f" and {len(lacks) - SHOWN} more" if len(lacks) > SHOWN else ""
        what = f"is of an earlier version of tunewright: it lacks {', '.join(lacks[:SHOWN])}{more}"
        yield Missing(what, PIPELINE, newer_pipeline())
    examples = template_folder() / PROJECT / "examples" / "extraction"
    for name in RECORDS:
        if not (root / name).exists():
            copy = f"cp {shlex.quote(str(examples / name))} {name}"
            fix = f"git checkout -- {name}; where git has none: {copy}"
            yield Missing("does not exist, and a stage reads it", name, fix)


def pipeline_lacks(project: Mapping[str, Any], packaged: Mapping[str, Any]) -> list[str]:
    """What a pipeline lacks of another one; what it has beside that is its own affair.

    Args:
        project: the stages of the project's dvc.yaml.
        packaged: those of this version.
    """
    return [
        text
        for name, wanted in packaged.items()
        for text in ([f"stage {name}"] if name not in project else _stage_lacks(name, project[name], wanted))
    ]


def packaged_pipeline() -> Path:
    """The dvc.yaml that this version gives new projects."""
    return template_folder() / PROJECT / PIPELINE


def newer_pipeline() -> str:
    """The command that gives a project this version's dvc.yaml."""
    return f"cp {shlex.quote(str(packaged_pipeline()))} {PIPELINE}, then git diff {PIPELINE}"


def read_stages(path: Path) -> dict[str, Any]:
    """The stages of a dvc.yaml; none where it has none, or is no mapping.

    Raises:
        TunewrightError: it is no YAML.
    """
    try:
        found = load_yaml(path.read_text(encoding="utf-8"))
    except ValueError as error:
        why = " ".join(str(error).split())
        raise TunewrightError(f"is no YAML: {why}", where=str(path), fix=f"git diff {PIPELINE}") from error
    stages = found.get("stages") if isinstance(found, Mapping) else None
    return dict(stages) if isinstance(stages, Mapping) else {}


def _stage_lacks(name: str, project: Any, wanted: Mapping[str, Any]) -> Iterator[str]:  # noqa: ANN401 - as read
    given = project if isinstance(project, Mapping) else {}
    keys = list(_keys(given))
    for key in _keys(wanted):
        if not any(key == own or key.startswith(f"{own}.") for own in keys):
            yield f"{name}: {key}"
    inputs = given.get("deps") or []
    yield from (f"{name}: {path}" for path in wanted.get("deps") or [] if path not in inputs)


def _keys(stage: Mapping[str, Any]) -> Iterator[str]:
    """The settings that a stage lists, tracked or not."""
    for params in stage.get("params") or []:
        if isinstance(params, Mapping):
            for keys in params.values():
                yield from _texts(keys)
    yield from _texts((stage.get("meta") or {}).get("untracked"))


def _texts(values: Iterable[Any] | None) -> Iterator[str]:
    yield from (str(value) for value in values or [])
