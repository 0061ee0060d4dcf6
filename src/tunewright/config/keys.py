"""Every key of the schema with what its docstring says: for `show`, completion, JSON Schema and tests."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from tunewright.config.schema import EXPERIMENT, Experiment, Settings
from tunewright.config.schema.node import Node

ENTRY = "*"
"""Stands in a key for any entry of a list: `data.sources.*.path`."""

_ATTRIBUTE = re.compile(r"^ {4}(\w+(?:,\s+\w+)*): (.+(?:\n {8}.*)*)", re.MULTILINE)


@dataclass(frozen=True)
class Key:
    """A key of the settings.

    Attributes:
        name: dotted, from the group on.
        description: what it means, in a sentence.
        annotation: its Python type.
        leaf: holds a value, not further keys.
    """

    name: str
    description: str
    annotation: Any
    leaf: bool


def keys(model: type[Node] = Settings, prefix: str = "") -> Iterator[Key]:
    """Yield every key below a model, parents before what they hold.

    Args:
        model: where to begin.
        prefix: of the names, ending with a dot unless it is empty.
    """
    described = descriptions(model)
    for name, field in model.model_fields.items():
        below = node_in(field.annotation)
        yield Key(prefix + name, described[name], field.annotation, leaf=below is None)
        if below is not None:
            entry = f".{ENTRY}" if is_list(field.annotation) else ""
            yield from keys(below, f"{prefix}{name}{entry}.")


def descriptions(model: type[Node]) -> dict[str, str]:
    """What each field means: its entry under `Attributes:`, else the summary of the node that it holds."""
    _, _, attributes = inspect.getdoc(model).partition("Attributes:\n")  # type: ignore[union-attr]
    entries = {
        name: _on_one_line(text)
        for names, text in _ATTRIBUTE.findall(attributes)
        for name in re.split(r",\s+", names)
    }
    return {
        name: entries.get(name) or summary(node_in(field.annotation))
        for name, field in model.model_fields.items()
    }


def summary(model: type[Node] | None) -> str:
    """The first paragraph of a node's docstring; empty for none."""
    if model is None:
        return ""
    return _on_one_line((inspect.getdoc(model) or "").partition("\n\n")[0])


def group_purpose(group: str) -> str:
    """What a group is for: the first line of its module, after the name."""
    model = model_of(group)
    first = (sys.modules[model.__module__].__doc__ or "").splitlines()[0]
    return _on_one_line(first.partition(": ")[2])


def model_of(group: str) -> type[Node]:
    """The node that a group, or an overlay, is."""
    model = Experiment if group == EXPERIMENT else node_in(Settings.model_fields[group].annotation)
    assert model is not None  # noqa: S101 - every group is a node
    return model


def node_in(annotation: Any) -> type[Node] | None:  # noqa: ANN401 - any annotation
    """The node that a type is or holds, through `| None` and tuples."""
    if isinstance(annotation, type) and issubclass(annotation, Node):
        return annotation
    return next(filter(None, map(node_in, get_args(annotation))), None)


def is_list(annotation: Any) -> bool:  # noqa: ANN401 - any annotation
    """Whether a type is a tuple of any length, which is a list in YAML, or may be one."""
    return get_origin(annotation) is tuple or any(map(is_list, get_args(annotation)))


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
