"""Where every resolved value comes from: file and line, `set`, or the schema's default; never a guess.

The layers are laid over each other once more as Hydra does it, each value keeping its place. A test
holds the outcome equal to what compose gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from tunewright.config.compose import compose
from tunewright.config.keys import node_in
from tunewright.config.layers import layers
from tunewright.config.params_file import PARAMS, parse_params, read_params_text
from tunewright.config.places import conf_folders, shown
from tunewright.config.schema import Settings
from tunewright.config.schema.node import Node

Kind = Literal["file", "set", "choice", "default", "generated"]

_REFERENCE = re.compile(r"\$\{(\.*)([^${}:]+)\}")


@dataclass(frozen=True)
class Reference:
    """What a value in a file points at.

    Attributes:
        name: as it is written there: `${model.adapter_learning_rate}`, or the name of a file.
        key: of the setting it names; empty for a file.
        origin: where that comes from; None for what is no setting.
    """

    name: str
    key: str
    origin: Origin | None


@dataclass(frozen=True)
class Origin:
    """Where a value comes from.

    Attributes:
        kind: `file` (an option's or config.yaml), `set` and `choice` (params.yaml), `default` (of the
            schema) or `generated` (filled in by tunewright).
        file: the file's name for people; empty where there is none.
        line: from 1.
        through: what is written there, if that is not the value itself.
    """

    kind: Kind
    file: str = ""
    line: int | None = None
    through: tuple[Reference, ...] = ()

    def __str__(self) -> str:
        """On one line: the place, then what it points at and where that stands."""
        match self.kind:
            case "default":
                return "default of the schema"
            case "generated":
                return "filled in by tunewright"
        place = f"{self.file}:{self.line}" + (" (set)" if self.kind == "set" else "")
        pointed = ", ".join(f"{ref.name} at {ref.origin}" if ref.origin else ref.name for ref in self.through)
        return f"{place} -> {pointed}" if pointed else place


@dataclass(frozen=True)
class Traced:
    """A resolved value and its origin."""

    key: str
    value: Any
    origin: Origin


@dataclass(frozen=True)
class _Written:
    """A value as it stands in a file: a scalar, null or a list."""

    kind: Kind
    file: str
    line: int | None
    value: Any


_Tree = dict[str, "_Tree | _Written"]


def trace(root: Path) -> list[Traced]:
    """Every leaf of the project's settings with its origin, in the schema's order.

    Raises:
        ConfigError: the configuration does not hold.
    """
    settings = compose(root)
    return _Tracer(root).traced(settings)


class _Tracer:
    """Knows what stands where."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.params = parse_params(read_params_text(root))
        self.tree: _Tree = {}
        for layer in layers(self.params, root):
            tree = self.tree
            for part in filter(None, layer.package.split(".")):
                below = tree.get(part)
                tree[part] = tree = below if isinstance(below, dict) else {}
            content = {key: value for key, value in layer.content.items() if key not in ("defaults", "hydra")}
            _lay(tree, content, layer.content, "file", layer.shown)
        values = self.params.content.get("set")
        if isinstance(values, CommentedMap):
            _lay(self.tree, values, values, "set", PARAMS)

    def traced(self, settings: Settings) -> list[Traced]:
        return [
            Traced(".".join(path), value, self.origin(path))
            for path, value in _leaves(settings.model_dump(mode="json"), Settings, ())
        ]

    def origin(self, path: Sequence[str]) -> Origin:
        """The origin of a leaf, or of a node: then of the place where it is written as a whole."""
        if path[0] == "versions":
            return Origin("generated")
        if path[0] == "choices":
            return Origin("choice", PARAMS, _line(self.params.content, path[1]))
        node: _Tree | _Written = self.tree
        for depth, part in enumerate(path):
            if isinstance(node, _Written):
                return self._inside(node, path[:depth], path[depth:])
            if part not in node:
                return Origin("default")
            node = node[part]
        if isinstance(node, _Written):
            return self._inside(node, path, ())
        return Origin("default")  # `{}` in a file sets nothing

    def _inside(self, written: _Written, path: Sequence[str], rest: Sequence[str]) -> Origin:
        """The origin of what lies `rest` below a written value, which stands at `path`."""
        value, line = written.value, written.line
        for index, part in enumerate(rest):
            if isinstance(value, str):  # an interpolation to a node
                return Origin(written.kind, written.file, line, self._references(value, path, rest[index:]))
            if isinstance(value, CommentedSeq) and part.isdigit() and int(part) < len(value):
                line, value = _line(value, int(part)) or line, value[int(part)]
            elif isinstance(value, Mapping) and part in value:
                line, value = _line(value, part) or line, value[part]
            else:
                return Origin("default")
        through = self._references(value, path, ()) or self._file_named(value, [*path, *rest])
        return Origin(written.kind, written.file, line, through)

    def _references(self, value: object, path: Sequence[str], rest: Sequence[str]) -> tuple[Reference, ...]:
        """The settings that a text interpolates, each with its own origin."""
        if not isinstance(value, str):
            return ()
        found = []
        for match in _REFERENCE.finditer(value):
            dots, name = match.groups()
            above = list(path[: len(path) - len(dots)]) if dots else []
            target = [*above, *filter(None, re.split(r"[.\[\]]+", name.strip())), *rest]
            found.append(Reference(match.group(), ".".join(target), self.origin(target)))
        return tuple(found)

    def _file_named(self, value: object, path: Sequence[str]) -> tuple[Reference, ...]:
        """The file whose content takes the place of `task.output.json_schema`."""
        if list(path) != ["task", "output", "json_schema"] or not isinstance(value, str):
            return ()
        for folder in conf_folders(self.root):
            if (folder / value).is_file():
                return (Reference(shown(folder / value, self.root), "", None),)
        return ()


def _lay(tree: _Tree, content: Mapping[str, Any], lines: CommentedMap, kind: Kind, file: str) -> None:
    """Lay a mapping over the tree: mappings are joined, anything else takes the place of what was there."""
    for key, value in content.items():
        name = str(key)
        if isinstance(value, CommentedMap):
            below = tree.get(name)
            branch: _Tree = below if isinstance(below, dict) else {}
            tree[name] = branch
            _lay(branch, value, value, kind, file)
        else:
            tree[name] = _Written(kind, file, _line(lines, key), value)


def _line(content: Any, key: Any) -> int | None:  # noqa: ANN401 - a mapping or list with line numbers
    """The line of a key or entry; None for one that came through a YAML merge key."""
    try:
        return int(content.lc.key(key)[0]) + 1
    except (AttributeError, KeyError, TypeError):
        return None


def _leaves(value: Any, annotation: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:  # noqa: ANN401
    """Path and value of everything that is no node; the entries of a list of nodes by their number."""
    node = node_in(annotation)
    if node is None or value is None or value == []:
        yield path, value
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _leaves(entry, node, (*path, str(index)))
    else:
        yield from _node_leaves(value, node, path)


def _node_leaves(
    value: Mapping[str, Any], node: type[Node], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, field in node.model_fields.items():
        yield from _leaves(value[name], field.annotation, (*path, name))
