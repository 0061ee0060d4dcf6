"""JSON Schema (2020-12) of option files, params.yaml and config.yaml, for editors to complete and check them.

Made from the typed settings and their docstrings. An option file need not have all keys, and an
interpolation may stand for any single value or list. The rules between settings are compose's alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tunewright.config.keys import descriptions, group_purpose, is_list, node_in
from tunewright.config.places import CONF, options_of
from tunewright.config.schema import EXPERIMENT, GROUPS, LISTED, Experiment, Settings
from tunewright.config.schema.node import Node
from tunewright.config.schema.settings import GENERATED

FOLDER = CONF / ".schemas"
"""Below conf/ in a project and in the package alike, so that one relative path is right in both."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"
INTERPOLATION = {
    "description": "An interpolation such as ${model.adapter_learning_rate}, or ??? for a value to be given.",
    "type": "string",
    "pattern": r"^\?\?\?$|\$\{.+\}",
}
STAND_IN = {"$ref": "#/$defs/interpolation"}
DEFAULTS = {
    "description": "What this file builds on, later ones winning; _self_ stands for the file itself.",
    "type": "array",
    "items": {"type": ["string", "object"]},
}

Schema = dict[str, Any]


def schema_names() -> tuple[str, ...]:
    """All schemas by name: one a group and `experiment`, then `params` and `config` for their files."""
    return (*LISTED, "params", "config")


def json_schema(name: str, root: Path) -> Schema:
    """The schema of that name.

    Args:
        name: one of `schema_names()`.
        root: the project's folder; its options are what `params` allows.
    """
    if name == "params":
        return _document("params.yaml: one option per group, then `set`.", _params(root))
    if name == "config":
        further: Schema = {"defaults": DEFAULTS, "hydra": {"type": "object"}}
        return _document("conf/config.yaml: what the project starts from.", _settings(further))
    if name == EXPERIMENT:
        return _document(group_purpose(name), _mapping(Experiment, whole=False))
    return _document(group_purpose(name), *_option(name))


def schema_text(schema: Mapping[str, Any]) -> str:
    """A schema as it is written to a file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def file_name(name: str) -> str:
    """The file that holds the schema of that name."""
    return f"{name}.schema.json"


def _document(description: str, schema: Schema, definitions: Schema | None = None) -> Schema:
    return {
        "$schema": DIALECT,
        "description": description,
        **schema,
        "$defs": {"interpolation": INTERPOLATION, **(definitions or {})},
    }


def _option(group: str) -> tuple[Schema, Schema]:
    """A group's option file, and its values alone under the name by which params and config refer to them."""
    node = node_in(Settings.model_fields[group].annotation)
    assert node is not None  # noqa: S101 - every group is a node
    values = _mapping(node, whole=False)
    references = {name: {"$ref": f"#/$defs/values/properties/{name}"} for name in values["properties"]}
    return _object({"defaults": DEFAULTS, **references}), {"values": values}


def _params(root: Path) -> Schema:
    choices: Schema = {
        group: {"description": group_purpose(group), "enum": list(options_of(root, group))}
        for group in GROUPS
    }
    values = _settings({})
    values["type"] = ["object", "null"]
    values["description"] = "Single values that win over the options, nested as in them."
    return {**_object({**choices, "set": values}), "required": list(GROUPS)}


def _settings(further: Schema) -> Schema:
    """All that a user may set, none of it required."""
    properties = _mapping(Settings, whole=False)["properties"]
    for name in GENERATED:
        del properties[name]
    for group in GROUPS:
        properties[group] = {"$ref": f"{file_name(group)}#/$defs/values"}
    return _object({**further, **properties})


def _mapping(model: type[Node], *, whole: bool) -> Schema:
    """A node as an object.

    Args:
        model: the node.
        whole: with the keys that it must have: in lists, which are not laid over each other.
    """
    raw = model.model_json_schema()
    described = descriptions(model)
    properties: Schema = {}
    for name, field in model.model_fields.items():
        below = node_in(field.annotation)
        value = {
            key: part for key, part in raw["properties"][name].items() if key not in ("title", "description")
        }
        if below is not None:
            value.pop("default", None)
            node = _mapping(below, whole=whole or is_list(field.annotation))
            value = _with_node(value, node)
        else:
            value = _or_stand_in(value)
        properties[name] = {"description": described[name], **value}
    required = {"required": raw["required"]} if whole and "required" in raw else {}
    return {**_object(properties), **required}


def _object(properties: Schema) -> Schema:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _or_stand_in(value: Schema) -> Schema:
    """The value, or an interpolation in its place unless any text will do."""
    default = {"default": value.pop("default")} if "default" in value else {}
    branches = [
        {**branch, "items": _or_stand_in(branch["items"])} if "items" in branch else branch
        for branch in value.get("anyOf", [value])
    ]
    if not any(_is_any_text(branch) for branch in branches):
        branches.append(STAND_IN)
    return {**default, **(branches[0] if len(branches) == 1 else {"anyOf": branches})}


def _is_any_text(branch: Schema) -> bool:
    return branch.get("type") == "string" and not {"enum", "const", "pattern"} & set(branch)


def _with_node(value: Any, node: Schema) -> Any:  # noqa: ANN401 - any part of a schema
    """A copy of a field's schema with the node itself where pydantic refers to it."""
    if isinstance(value, list):
        return [_with_node(part, node) for part in value]
    if not isinstance(value, dict):
        return value
    return node if "$ref" in value else {key: _with_node(part, node) for key, part in value.items()}
