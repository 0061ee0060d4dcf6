"""Names of the project's own functions in the configuration: each must be registered in extensions/."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tunewright.config.mistakes.nearest import did_you_mean
from tunewright.config.schema.data import Data
from tunewright.config.schema.node import Node
from tunewright.config.schema.task import Task
from tunewright.errors import Problem, TunewrightError
from tunewright.extensions import METRIC_PREFIX, load_extensions


def unregistered(groups: Mapping[str, Node], root: Path) -> Iterator[Problem]:
    """Yield a problem for each name that no module registers, or one for a module that cannot be imported.

    Args:
        groups: the groups that passed the type check, by name.
        root: the project's folder.
    """
    try:
        extensions = load_extensions(root)
    except TunewrightError as error:
        yield Problem("extensions", error.what, error.where, error.fix)
        return
    data, task = groups.get("data"), groups.get("task")
    if isinstance(data, Data):
        for index, name in enumerate(data.transforms):
            yield from _missing(f"data.transforms.{index}", name, extensions.transforms, "transform")
        for index, source in enumerate(data.sources):
            if source.reader is not None:
                yield from _missing(
                    f"data.sources.{index}.reader", source.reader, extensions.readers, "reader"
                )
    if isinstance(task, Task):
        for key, name in task.metrics_named():
            if name.startswith(METRIC_PREFIX):
                yield from _missing(key, name.removeprefix(METRIC_PREFIX), extensions.metrics, "metric")


def _missing(key: str, name: str, registry: Mapping[str, Any], kind: str) -> Iterator[Problem]:
    if name not in registry:
        there = ", ".join(sorted(registry)) or "none"
        fix = (
            did_you_mean(name, registry)
            or f'write it in extensions/ under @{kind}("{name}"); see extensions/README.md'
        )
        yield Problem(key, f"no {kind} {name!r} is registered in extensions/; registered: {there}", fix=fix)
