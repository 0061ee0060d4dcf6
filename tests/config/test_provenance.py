"""Every resolved value names the line that made it so, also through chains of defaults."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf

from tests.config.mistakes.kind import params
from tunewright.config.compose import compose
from tunewright.config.places import options_of, packaged_conf
from tunewright.config.provenance import Origin, Traced, trace
from tunewright.config.schema import GROUPS


def traced(project: Path, text: str) -> dict[str, Traced]:
    (project / "params.yaml").write_text(text)
    return {one.key: one for one in trace(project)}


def origin(project: Path, text: str, key: str) -> str:
    return str(traced(project, text)[key].origin)


def rows_of_options(project: Path) -> list[dict[str, str]]:
    """Choices that between them take every option of every group; those that cannot go together mended."""
    options = {group: list(options_of(project, group)) for group in GROUPS}
    longest = max(map(len, options.values()))
    rows = [{group: names[row % len(names)] for group, names in options.items()} for row in range(longest)]
    for row in rows:
        if row["hardware"] == "mps":
            row |= {"method": "lora", "evaluation": "default"}
        row["hardware"] = (
            "cpu" if row["evaluation"] == "nf4" and row["hardware"] == "mps" else row["hardware"]
        )
    assert len(rows) == 13
    assert all({row[group] for row in rows} == set(names) for group, names in options.items())
    return rows


def values_for(row: dict[str, str]) -> dict[str, Any]:
    return {"model": {"path": "/models/mine", "licence": "MIT"}} if row["model"] == "path" else {}


def file_of(project: Path, where: Origin) -> Path:
    name = where.file.removeprefix("tunewright:")
    return project / name if name == where.file else packaged_conf().parent / name


def written_at(project: Path, where: Origin, key: str) -> Any:
    """The value on the line of an origin, read by another parser than the one that found the line."""
    path = file_of(project, where)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert where.line is not None
    last = key.rpartition(".")[2]
    assert f"{last}:" in lines[where.line - 1].replace('"', ""), (key, lines[where.line - 1])
    content = OmegaConf.to_container(OmegaConf.load(path), resolve=False)
    below = key.split(".") if where.kind == "set" or path.stem in {"base", "config"} else key.split(".")[1:]
    value: Any = content["set"] if where.kind == "set" else content  # type: ignore[index, call-overload]
    for part in below:
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def test_every_leaf_of_every_option_is_what_stands_at_its_origin(project: Path) -> None:
    kinds: dict[str, int] = {}
    for row in rows_of_options(project):
        found = traced(project, params(**row, set=values_for(row)))
        for key, one in found.items():
            kinds[one.origin.kind] = kinds.get(one.origin.kind, 0) + 1
            if one.origin.kind not in {"file", "set"}:
                continue
            written = written_at(project, one.origin, key)
            if one.origin.through and one.origin.through[0].origin:
                reference = one.origin.through[0]
                assert written == reference.name
                assert written_at(project, reference.origin, reference.key) == one.value
            elif one.origin.through:
                schema = file_of(project, Origin("file", one.origin.through[0].name))
                assert json.loads(schema.read_text()) == one.value
            else:
                assert written == one.value, key
    assert kinds["file"] > 700
    assert kinds["set"] == 2
    assert kinds["default"] > 100


def test_a_default_stands_in_no_file(project: Path) -> None:
    """Whatever is said to be the schema's default changes nothing when the schema alone gives it."""
    found = traced(project, params())
    values = compose(project)
    defaults = {key: one.value for key, one in found.items() if one.origin.kind == "default"}
    assert len(defaults) >= 10
    for key, value in defaults.items():
        *above, last = key.split(".")
        node: Any = values
        for part in above:
            node = node[int(part)] if isinstance(node, tuple) else getattr(node, part)
        assert last not in node.model_fields_set, key
        assert type(node).model_fields[last].get_default() == (
            tuple(value) if isinstance(value, list) else value
        )
    assert {key for key, one in found.items() if one.origin.kind in {"file", "set"}} == {
        key for key in found if key.split(".")[0] not in {"choices", "versions"} and key not in defaults
    }


def flat(value: Any, key: str = "") -> dict[str, Any]:
    """The leaves of nested mappings and of lists of them."""
    if isinstance(value, list) and value and all(isinstance(entry, dict) for entry in value):
        value = {str(number): entry for number, entry in enumerate(value)}
    if not isinstance(value, dict):
        return {key: value}
    below = (flat(part, f"{key}.{name}" if key else name) for name, part in value.items())
    return {name: leaf for part in below for name, leaf in part.items()}


def test_all_leaves_are_traced_in_order(project: Path) -> None:
    found = traced(project, params())
    resolved = compose(project).model_dump(mode="json")
    schema = resolved["task"]["output"].pop("json_schema")
    assert found.pop("task.output.json_schema").value == schema
    assert [(key, one.value) for key, one in found.items()] == list(flat(resolved).items())


@pytest.mark.parametrize(
    ("method", "key", "file"),
    [
        ("lora", "method.lora.r", "lora.yaml"),
        ("qlora", "method.lora.r", "lora.yaml"),
        ("qlora", "method.quantization.bnb_4bit_quant_type", "qlora.yaml"),
        ("rslora", "method.lora.r", "rslora.yaml"),
        ("rslora", "method.lora.lora_dropout", "lora.yaml"),
        ("rslora", "method.max_length", "lora.yaml"),
        ("dora", "method.lora.use_dora", "dora.yaml"),
        ("dora", "method.quantization", "lora.yaml"),
        ("full", "method.lora", "full.yaml"),
        ("full", "method.learning_rate", "full.yaml"),
        ("full", "method.warmup_ratio", "lora.yaml"),
    ],
)
def test_through_a_chain_of_defaults(project: Path, method: str, key: str, file: str) -> None:
    assert f"tunewright:conf/method/{file}:" in origin(project, params(method=method), key)


def test_who_wins_is_who_is_named(project: Path) -> None:
    conf = project / "conf"
    (conf / "method").mkdir()
    (conf / "method" / "mine.yaml").write_text("# Mine.\nlora: {r: 4}\ndefaults: [_self_, qlora]\n")
    text = params(method="mine", set={"seed": 3})
    assert "tunewright:conf/method/lora.yaml:" in origin(project, text, "method.lora.r"), "_self_ comes first"
    (conf / "method" / "mine.yaml").write_text("# Mine.\ndefaults: [qlora, _self_]\nlora: {r: 4}\n")
    assert origin(project, text, "method.lora.r") == "conf/method/mine.yaml:3"
    config = conf / "config.yaml"
    config.write_text(config.read_text() + "method:\n  lora:\n    r: 5\n")
    lines = len(config.read_text().splitlines())
    assert origin(project, text, "method.lora.r") == f"conf/config.yaml:{lines}", (
        "config.yaml comes after groups"
    )
    assert traced(project, text)["method.lora.r"].value == 5
    assert origin(project, text, "seed") == "params.yaml:8 (set)"
    assert origin(project, params(), "seed").startswith("tunewright:conf/base.yaml:")
    assert origin(project, text, "choices.method") == "params.yaml:4"
    assert origin(project, text, "versions.tunewright") == "filled in by tunewright"


def test_a_shadowing_file_is_the_one_named(project: Path) -> None:
    (project / "conf" / "method").mkdir()
    (project / "conf" / "method" / "lora.yaml").write_text("lora: {r: 3}\nlearning_rate: 0.01\n")
    found = traced(project, params(method="qlora"))
    assert str(found["method.lora.r"].origin) == "conf/method/lora.yaml:1"
    assert found["method.max_length"].origin.kind == "default"


def test_interpolations_are_followed(project: Path) -> None:
    found = traced(
        project, params(model="smollm2-135m", set={"evaluation": {"batch_size": "${.few_shot.k}"}})
    )
    rate = found["method.learning_rate"].origin
    assert rate.file == "tunewright:conf/method/lora.yaml"
    assert [(one.name, one.key) for one in rate.through] == [
        ("${model.adapter_learning_rate}", "model.adapter_learning_rate")
    ]
    assert "tunewright:conf/model/smollm2-135m.yaml:" in str(rate.through[0].origin)
    assert found["evaluation.batch_size"].value == 4
    assert found["evaluation.batch_size"].origin.through[0].key == "evaluation.few_shot.k"


def test_below_a_node_that_is_an_interpolation(project: Path) -> None:
    text = params(set={"seed": 7, "method": {"lora": "${oc.decode:'{r: 3}'}"}})
    found = traced(project, text)
    assert found["method.lora.r"].value == 3
    assert str(found["method.lora.r"].origin) == "params.yaml:8 (set)"


def test_entries_of_lists_have_their_own_lines(project: Path) -> None:
    found = traced(project, params())
    first, second = (found[f"task.acceptance.{number}.metric"].origin for number in (0, 1))
    assert first.line is not None and second.line == first.line + 1
    assert found["task.acceptance.0.confidence"].origin.kind == "default"
    assert found["data.sources.0.path"].origin.file == "conf/data/support_triage.yaml"
