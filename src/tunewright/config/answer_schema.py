"""The JSON Schema of an extraction's answer: the file's content takes the place of its path, checked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tunewright.config.mistakes.nearest import did_you_mean
from tunewright.config.places import CONF, conf_folders, shown
from tunewright.errors import Problem

KEY = "task.output.json_schema"


def inline_answer_schema(values: dict[str, Any], root: Path) -> Iterator[Problem]:
    """Put the schema that `task.output.json_schema` names in its place, and check that it is one.

    Args:
        values: the composed values, unchecked; changed in place.
        root: the project's folder.
    """
    task = values.get("task")
    output = task.get("output") if isinstance(task, dict) else None
    if not isinstance(output, dict) or output.get("json_schema") is None:
        return
    if not isinstance(output["json_schema"], str):
        yield from schema_problems(KEY, output["json_schema"])
        return
    name, output["json_schema"] = output["json_schema"], None
    path = next((folder / name for folder in conf_folders(root) if (folder / name).is_file()), None)
    if path is None:
        yield Problem(KEY, f"no file {name!r}", fix=_where_it_is(name, root))
        return
    check = f"try: python -m json.tool {shown(path, root)}"
    try:
        schema = output["json_schema"] = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        yield Problem(KEY, f"is no JSON: {error.msg}", f"{shown(path, root)}:{error.lineno}", check)
    except UnicodeDecodeError as error:
        yield Problem(KEY, f"is not UTF-8 (byte {error.start})", f"{shown(path, root)}:1", "save it as UTF-8")
    else:
        yield from schema_problems(KEY, schema, f"{shown(path, root)}:1")


def _where_it_is(name: str, root: Path) -> str:
    files = [path.relative_to(root / CONF).as_posix() for path in (root / CONF).rglob("*.json")]
    return did_you_mean(name, files) or f"paths are relative to {CONF}/: add {CONF}/{name}"


def schema_problems(key: str, schema: object, where: str = "") -> Iterator[Problem]:
    """Yield a problem if that is no JSON Schema (2020-12).

    Args:
        key: the setting that holds it.
        schema: what may be one.
        where: file and line, if it has a file of its own.
    """
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        path = "/".join(str(part) for part in error.path)
        place = f"at {path}: " if path else ""
        yield Problem(key, f"is no JSON Schema (2020-12): {place}{error.message}", where)


def schema_paths(schema: Mapping[str, Any], path: str = "") -> list[str] | None:
    """The places that a schema has, as `field_rules` write them: `customer.name`, `items[]`, `items[].price`.

    None if it refers or combines: then a path is not told from a wrong one without following all of it.
    """
    if {"$ref", "allOf", "anyOf", "oneOf", "patternProperties"} & schema.keys():
        return None
    below = [(f"{path}.{key}" if path else key, part) for key, part in schema.get("properties", {}).items()]
    below += [(f"{path}[]", schema["items"])] if isinstance(schema.get("items"), Mapping) else []
    found: list[str] = []
    for place, part in below:
        deeper = schema_paths(part, place) if isinstance(part, Mapping) else []
        if deeper is None:
            return None
        found += [place, *deeper]
    return found
