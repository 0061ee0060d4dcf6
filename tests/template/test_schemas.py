"""A generated project brings the JSON Schemas that its files name, and its files fit them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.by_schema import complaints, complaints_of, schema_named_in
from tunewright.config.json_schema import FOLDER, file_name, json_schema, schema_names, schema_text

from .conftest import KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_schemas_are_those_of_the_code_for_this_project(baked: dict[str, Path], kind: str) -> None:
    project = baked[kind]
    for name in schema_names():
        there = (project / FOLDER / file_name(name)).read_text(encoding="utf-8")
        assert there == schema_text(json_schema(name, project)), "make fix"


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_names_its_schema_and_fits_it(baked: dict[str, Path], kind: str) -> None:
    project = baked[kind]
    files = [project / "params.yaml", *sorted((project / "conf").rglob("*.yaml"))]
    assert len(files) == 4
    for path in files:
        group = {"params.yaml": "params", "config.yaml": "config"}.get(path.name, path.parent.name)
        assert schema_named_in(path).name == file_name(group)
        assert complaints_of(path) == [], path


def test_a_misspelt_key_in_a_generated_file_fails(baked: dict[str, Path]) -> None:
    path = baked["extraction"] / "conf" / "task" / "support_triage.yaml"
    text = path.read_text(encoding="utf-8").replace("instructions:", "instruction:")
    assert "instruction" in complaints(schema_named_in(path), text)[0]
