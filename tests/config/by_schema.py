"""Hold a YAML file to the JSON Schema that its modeline names, found as an editor finds it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from omegaconf import OmegaConf
from referencing import Registry
from referencing.jsonschema import DRAFT202012

MODELINE = re.compile(r"^# yaml-language-server: \$schema=(\S+)$", re.MULTILINE)


def schema_named_in(path: Path) -> Path:
    """The schema's file, which must be there."""
    named = MODELINE.findall(path.read_text(encoding="utf-8"))
    assert len(named) == 1, path
    schema: Path = path.parent / named[0]
    assert schema.is_file(), path
    return schema


def complaints_of(path: Path) -> list[str]:
    """What the schema that a file names says against the file."""
    return complaints(schema_named_in(path), path.read_text(encoding="utf-8"))


def complaints(schema: Path, text: str) -> list[str]:
    """What a schema says against YAML, read as tunewright reads it; other schemas lie beside it."""

    def beside(name: str) -> Any:
        return DRAFT202012.create_resource(json.loads((schema.parent / name).read_text(encoding="utf-8")))

    validator = Draft202012Validator(beside(schema.name).contents, registry=Registry(retrieve=beside))
    content = OmegaConf.to_container(OmegaConf.create(text), resolve=False)
    return [error.message for error in validator.iter_errors(content)]
