"""The JSON Schemas are those that the code generates, hold for every option file, and refuse mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.config import by_schema
from tests.config.by_schema import complaints_of, schema_named_in
from tunewright.cli.schema import schema as write_schemas
from tunewright.config.json_schema import FOLDER, file_name, json_schema, schema_names, schema_text
from tunewright.config.keys import keys
from tunewright.errors import UsageError

ROOT = Path(__file__).parents[2]
OPTIONS = sorted((ROOT / "conf").glob("*/*.yaml"))


def complaints(name: str, text: str) -> list[str]:
    return by_schema.complaints(ROOT / FOLDER / file_name(name), text)


@pytest.mark.parametrize("name", schema_names())
def test_schemas_at_the_root_are_up_to_date(name: str) -> None:
    there = (ROOT / FOLDER / file_name(name)).read_text(encoding="utf-8")
    assert there == schema_text(json_schema(name, ROOT)), "make fix"
    Draft202012Validator.check_schema(json.loads(there))


@pytest.mark.parametrize("path", OPTIONS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_packaged_option_names_its_schema_and_fits_it(path: Path) -> None:
    assert schema_named_in(path).name == file_name(path.parent.name)
    assert complaints_of(path) == []


def test_all_options_were_looked_at() -> None:
    assert len(OPTIONS) >= 36


@pytest.mark.parametrize(
    ("name", "schema"), [("params", "params"), ("conf/config", "config"), ("conf/base", "config")]
)
def test_the_other_files_fit_theirs(name: str, schema: str) -> None:
    path = ROOT / f"{name}.yaml"
    assert schema_named_in(path).name == file_name(schema)
    assert complaints_of(path) == []


def test_every_key_has_a_description() -> None:
    known = list(keys())
    assert len(known) >= 110
    assert [key.name for key in known if not key.description] == []
    lora = json_schema("method", ROOT)["$defs"]["values"]["properties"]["lora"]
    assert lora["anyOf"][0]["properties"]["r"]["description"] == "rank."


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("method", "learning_rat: 1e-4"),
        ("method", "lora: {rank: 8}"),
        ("method", "learning_rate: 2"),
        ("method", "learning_rate: high"),
        ("method", "optim: adam"),
        ("method", "global_batch_size: 1.5"),
        ("data", "sources: [{path: data/raw/x.csv}]"),
        ("data", "sources: []"),
        ("data", "split: {tran: 0.7}"),
        ("task", "acceptance: [{min: 0.5}]"),
        ("task", "output: {labels: few}"),
        ("hardware", "price_per_hour: {curency: EUR}"),
        ("evaluation", "few_shot: {k: 0}"),
        ("model", "sha256: abc"),
        ("tracking", "defaults: wandb"),
        ("config", "choices: {task: x}"),
        ("config", "project: {slug: Two Words}"),
        ("params", "set: {method: {defaults: [lora]}}"),
        ("params", "methd: lora"),
    ],
)
def test_a_mistake_fails(name: str, text: str) -> None:
    before = "" if name != "params" else (ROOT / "params.yaml").read_text().replace("set: {}\n", "")
    assert complaints(name, before) == []
    assert complaints(name, f"{before}{text}\n") != []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("method", "learning_rate: ${model.adapter_learning_rate}"),
        ("method", "{lora: {target_modules: [q_proj, '${x}']}, defaults: [lora, _self_]}"),
        ("method", "lora: null"),
        ("model", "path: ???\nlicence: ???"),
        ("hardware", "micro_batch_size: 4"),
        ("hardware", "price_per_hour: {amount: 1.5}"),
        ("data", "meta"),
        ("task", "output: {json_schema: task/x.schema.json}"),
        ("task", "output: {json_schema: {type: object}}"),
        ("config", "method: {lora: {r: 8}}"),
    ],
)
def test_what_compose_takes_passes(name: str, text: str) -> None:
    assert complaints(name, text if text != "meta" else "fields: {meta: [a, b]}") == []


def test_choices_are_the_options_there_are(project: Path) -> None:
    (project / "conf" / "method").mkdir()
    (project / "conf" / "method" / "mine.yaml").write_text("# Mine.\ndefaults: [lora]\n")
    allowed = json_schema("params", project)["properties"]["method"]["enum"]
    assert "mine" in allowed and "qlora" in allowed
    assert "mine" not in json_schema("params", ROOT)["properties"]["method"]["enum"]


def test_the_command_writes_all_or_prints_one(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_schemas(project, None, None)
    assert {path.name for path in (project / FOLDER).iterdir()} == set(map(file_name, schema_names()))
    assert "10 of 10 changed" in capsys.readouterr().out
    write_schemas(project, None, None)
    assert "nothing changed" in capsys.readouterr().out
    write_schemas(project, "method", None)
    assert capsys.readouterr().out == (project / FOLDER / file_name("method")).read_text(encoding="utf-8")
    with pytest.raises(UsageError, match="did you mean 'method'"):
        write_schemas(project, "methd", None)
