"""The reference leaves nothing out: every setting, option, command, artifact, error and variable is in it."""

from __future__ import annotations

import ast
import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.from_code import artifacts, command_line, exit_codes, metrics, options, pipeline, settings
from tunewright.config.compose import compose
from tunewright.config.metrics import CATALOGUE, FAMILIES
from tunewright.config.places import packaged_conf
from tunewright.config.schema import GROUPS, LISTED, Settings
from tunewright.config.schema.node import Node

ROOT = Path(__file__).parents[2]
ENVIRONMENT = (ROOT / "docs" / "reference" / "environment.md").read_text(encoding="utf-8")


def nodes(node: type[Node] = Settings) -> Iterator[type[Node]]:
    yield node
    for _, below in settings._below(node):
        yield from nodes(below)


def test_every_setting_is_there() -> None:
    page = settings.markdown()
    fields = [name for node in nodes() for name in node.model_fields]
    assert len(fields) >= 90
    assert [name for name in fields if f"`{name}`" not in page and f"## {name}" not in page] == []


def test_types_ranges_and_defaults_are_those_of_the_schema() -> None:
    page = settings.markdown()
    assert "| `r` | integer from 1 up to 1024 | `16` | rank. |" in page
    assert "| `learning_rate` | number above 0.0 up to 1.0 | required | step size of the optimizer" in page
    assert '| `micro_batch_size` | `auto` or integer from 1 | `"auto"` |' in page
    assert "| `vocab_size` | integer above 0 | required | as in the model's config.json. |" in page


def test_every_setting_is_explained() -> None:
    rows = re.findall(r"^\| `(\w+)` \|.*\| (.*) \|$", settings.markdown(), re.MULTILINE)
    assert len(rows) >= 90
    assert [name for name, meaning in rows if not meaning] == []


def test_every_option_is_there_with_its_purpose() -> None:
    page = options.markdown()
    files = sorted(packaged_conf().glob("*/*.yaml"))
    assert len(files) >= 30
    for file in files:
        if file.parent.name in LISTED:
            assert re.search(rf"^\| `{re.escape(file.stem)}` \| \w.*\w.* \|$", page, re.MULTILINE), file


def test_every_metric_is_there_with_range_and_direction() -> None:
    page = metrics.markdown()
    assert len(CATALOGUE) >= 18
    for metric in (*CATALOGUE, *FAMILIES):
        assert f"| `{metrics.NAMED.get(metric.name, metric.name)}` | {metric.meaning}" in page
    assert "| `length_ratio` | mean of the rows' characters of the answer over" in page
    assert "| 0 and up | nearer to 1 | bootstrap |" in page


def test_every_command_is_there_with_every_option() -> None:
    page = command_line.markdown()
    names = [name for name, _ in command_line.commands()]
    assert len(names) >= 5
    for name, command in command_line.commands():
        assert f"## {name}\n" in page
        for parameter in command.params:
            assert all(opt in page for opt in parameter.opts), (name, parameter.opts)


def test_every_error_has_its_exit_code() -> None:
    page = (ROOT / "docs" / "reference" / "exit-codes.md").read_text(encoding="utf-8")
    for error in exit_codes.kinds():
        assert f"| {error.exit_code} | `{error.__name__}` |" in exit_codes.markdown()
        assert f"\n| {error.exit_code} | " in page


def test_interrupting_exits_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    from tunewright.cli import main

    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "app", interrupted)
    with pytest.raises(SystemExit) as exit_:
        main.main()
    assert exit_.value.code == 130


def test_every_file_of_the_pipeline_is_described() -> None:
    written = [path for stage in pipeline.stages().values() for path in pipeline.written(stage)]
    assert len(written) >= 13
    described = set(artifacts.FILES)
    assert [path for path in written if not any(name.startswith(path) for name in described)] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in artifacts.FILES if name.endswith((".json", ".jsonl"))])
def test_a_file_of_a_run_has_the_fields_of_its_class(name: str, ran: Path) -> None:
    file = artifacts.FILES[name]
    text = (ran / name).read_text(encoding="utf-8")
    values = [json.loads(line) for line in text.splitlines()] if name.endswith("l") else [json.loads(text)]
    if file is artifacts.SCORES:
        values = [score for contestant in values[0].values() for score in contestant.values()]
    if file is artifacts.SUITE_SCORES:
        values = values[0]["items"]
    if file is artifacts.DETAILS:
        values = [*values[0].values()]
    for value in values:
        if file.fields is artifacts.Place:
            assert value.pop("reason")
        if file.fields is not None:
            assert set(value) == set(artifacts.names(file.fields))


@pytest.mark.slow
def test_a_run_writes_nothing_that_is_not_described(ran: Path) -> None:
    written = {
        path.relative_to(ran).as_posix()
        for folder in ("artifacts", "metrics", "plots", "timings", "reports")
        for path in (ran / folder).rglob("*")
        if path.is_file() and path.name != ".gitignore"
    }
    adapter = {path for path in written if path.startswith("artifacts/adapter/")}
    assert {Path(path).name for path in adapter} >= {"adapter_config.json", "adapter_model.safetensors"}
    assert written - adapter == {name for name in artifacts.FILES if name[-1] != "/"} - {"resolved.yaml"}
    with (ran / "plots" / "loss.csv").open() as file:
        assert {"step", "split", "loss"} <= set(next(csv.DictReader(file)))


def variables_read() -> set[str]:
    """Names that the source looks up in the environment, or sets for the processes it starts."""
    found = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Subscript | ast.Call):
                text = ast.unparse(node)
                found |= set(re.findall(r"^os\.environ(?:\.get\(|\.setdefault\(|\[)'(\w+)'", text))
                found |= set(re.findall(r"^os\.getenv\('(\w+)'", text))
    from tunewright.training.launch import ENVIRONMENT as SET_FOR_TRAINING

    return found | set(SET_FOR_TRAINING)


def test_every_environment_variable_is_there() -> None:
    read = variables_read()
    assert len(read) >= 12
    assert [name for name in sorted(read) if f"`{name}`" not in ENVIRONMENT] == []


def test_a_variable_that_tunewright_is_said_to_read_is_read() -> None:
    rows = re.findall(r"^\| (`.+?`) \| tunewright \|", ENVIRONMENT, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert len(named) >= 6
    assert named <= variables_read()


def test_the_schema_says_what_compose_gives() -> None:
    """The walk over the schema meets every key of a real configuration."""
    values = compose(ROOT).model_dump(mode="json")
    page = settings.markdown()
    assert [key for group in GROUPS for key in values[group] if f"`{key}`" not in page] == []
