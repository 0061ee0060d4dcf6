"""Every setting: its values, default and meaning, from the typed schema and its docstrings."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tunewright.config.keys import descriptions, group_purpose, node_in
from tunewright.config.schema import GROUPS, Settings
from tunewright.config.schema.node import Node
from tunewright.config.schema.settings import GENERATED

from .docstrings import summary
from .json_words import Schema, in_words
from .tables import anchor, code, table

HEAD = ["key", "values", "default", "meaning"]


def markdown() -> str:
    """A section a group, a subsection a mapping within it; then what stands outside of the groups."""
    below = dict(_below(Settings))
    groups = [_section(name, below[name], group_purpose(name)) for name in GROUPS]
    return "\n".join([*groups, _others(below)])


def _section(key: str, node: type[Node], purpose: str, depth: int = 2) -> str:
    parts = [f"{'#' * depth} {key}\n", _sentence(purpose) + "\n", table(HEAD, _rows(key, node))]
    parts += [
        _section(f"{key}.{name}", child, summary(child), min(depth + 1, 4)) for name, child in _below(node)
    ]
    return "\n".join(parts)


def _others(below: dict[str, type[Node]]) -> str:
    """What config.yaml and params.yaml may also set; what compose fills in is named only."""
    rows = [row for row in _rows("", Settings) if row[0] not in map(code, (*GROUPS, *GENERATED))]
    nodes = [_section(name, below[name], summary(below[name]), 3) for name in ("project", *GENERATED)]
    return "\n".join(["## Outside of the groups\n", table(HEAD, rows), *nodes])


def _rows(key: str, node: type[Node]) -> list[list[str]]:
    schema = node.model_json_schema()
    meanings = descriptions(node)
    below = dict(_below(node))
    rows = []
    for name, value in schema["properties"].items():
        values = in_words(value, schema.get("$defs", {}))
        if name in below:
            values += f": [below](#{anchor(f'{key}.{name}' if key else name)})"
        rows.append([code(name), values, _default(value, name in below), meanings[name]])
    return rows


def _below(node: type[Node]) -> Iterator[tuple[str, type[Node]]]:
    """The fields that are mappings (or lists of mappings, or null) with keys of their own."""
    for name, field in node.model_fields.items():
        child = node_in(field.annotation)
        if child is not None:
            yield name, child


def _default(value: Schema, is_mapping: bool) -> str:
    if "default" not in value:
        return "required"
    return "those below" if is_mapping and value["default"] else code(json.dumps(value["default"]))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
