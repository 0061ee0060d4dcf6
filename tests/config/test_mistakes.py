"""Each mistake is named with its place, the allowed values and the nearest name; all come at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.test_compose import params
from tunewright.config.compose import compose
from tunewright.errors import ConfigError


def mistakes(project: Path, text: str) -> dict[str, str]:
    """Key and whole message of every problem that compose finds."""
    with pytest.raises(ConfigError) as caught:
        compose(project, text)
    assert caught.value.exit_code == 2
    return {problem.key: str(problem) for problem in caught.value.problems}


@pytest.mark.parametrize(
    ("values", "key", "told"),
    [
        ({"method": {"learning_rat": 1}}, "method.learning_rat", "did you mean 'learning_rate'"),
        ({"method": {"lora": {"rank": 8}}}, "method.lora.rank", "allowed: r, lora_alpha"),
        ({"method": {"learning_rate": "1e-4"}}, "method.learning_rate", "must be a number, not '1e-4'"),
        ({"method": {"learning_rate": 0}}, "method.learning_rate", "must be greater than 0, not 0"),
        ({"method": {"learning_rate": None}}, "method.learning_rate", "must be a number, not null"),
        ({"method": {"global_batch_size": 1.5}}, "method.global_batch_size", "must be a whole number"),
        ({"method": {"lr_scheduler_type": "cosin"}}, "method.lr_scheduler_type", "did you mean 'cosine'"),
        ({"method": {"lora": {"target_modules": 3}}}, "method.lora.target_modules", "all-linear"),
        ({"method": {"lora": [1]}}, "method.lora", "must be a mapping"),
        ({"method": {"max_steps": 0}}, "method.max_steps", "0 trains nothing"),
        ({"method": {"optim": "paged_adamw_8bit"}}, "method.optim", "needs device cuda, not cpu"),
        (
            {"hardware": {"micro_batch_size": "autoo"}},
            "hardware.micro_batch_size",
            "'auto' or a whole number",
        ),
        ({"hardware": {"micro_batch_size": 3}}, "method.global_batch_size", "no multiple of"),
        ({"hardware": {"supports_bf16": False}}, "hardware.precision", "bf16 on hardware without it"),
        ({"hardware": {"precision": "fp16"}}, "hardware.precision", "fp16 is for GPUs"),
        ({"hardware": {"devices": 2}}, "hardware.strategy", "2 devices need ddp or fsdp"),
        ({"hardware": {"strategy": "ddp"}}, "hardware.strategy", "needs more than one device"),
        ({"hardware": {"attn_implementation": "flash_attention_2"}}, "hardware.attn_implementation", "cuda"),
        ({"evaluation": {"precision": "fp16"}}, "evaluation.precision", "fp16 is for GPUs"),
        ({"evaluation": {"few_shot": {"k": 0}}}, "evaluation.few_shot.k", "must be 1 or more, not 0"),
        ({"data": {"split": {"train": 0.5}}}, "data.split", "must sum to 1, not 0.8"),
        ({"data": {"split": {"stratify_by": "completion"}}}, "data.split.stratify_by", "group_by"),
        ({"data": {"sources": []}}, "data.sources", "at least one entry"),
        ({"data": {"transforms": ["nope"]}}, "data.transforms", "registered in extensions/"),
        (
            {"data": {"sources": [{"path": "/etc/passwd", "format": "csv", "licence": "x"}]}},
            "data.sources.0.path",
            "does not lie under data/raw/",
        ),
        ({"task": {"metrics": ["acuracy"]}}, "task.metrics.0", "schema_valid, json_valid"),
        ({"task": {"metrics": ["custom.polite"]}}, "task.metrics", "no metric 'polite'"),
        ({"task": {"output": {"labels": ["a", "b"]}}}, "task.output.labels", "is for kind classification"),
        (
            {"task": {"output": {"json_schema": "gone.json"}}},
            "task.output.json_schema",
            "no file 'gone.json'",
        ),
        (
            {"task": {"output": {"json_schema": {"type": "objekt"}}}},
            "task.output.json_schema",
            "no JSON Schema",
        ),
        ({"task": {"kind": "classification"}}, "task.output.labels", "needs the set of allowed answers"),
        ({"task": {"kpi": {"target": ""}}}, "task.kpi.target", "must not be empty"),
        ({"task": {"rationale": {"need": "have"}}}, "task.rationale.need", "'know' or 'do'"),
        ({"model": {"source": "hub"}}, "model.repo_id", "source hub needs it"),
        ({"model": {"repo_id": "a/b"}}, "model.repo_id", "means nothing to source tiny"),
        ({"model": {"trust_remote_code": "yes"}}, "model.trust_remote_code", "must be true or false"),
        ({"seed": -1}, "seed", "must be 0 or more, not -1"),
        ({"sead": 1}, "sead", "did you mean 'seed'"),
        ({"versions": {"tunewright": "9"}}, "versions", "cannot be set"),
        ({"tracking": {"project": "${nowhere}"}}, "tracking.project", "nowhere"),
    ],
)
def test_a_wrong_value_in_set(project: Path, values: dict[str, object], key: str, told: str) -> None:
    found = mistakes(project, params(set=values))
    assert key in found, found
    assert told in found[key]
    assert "params.yaml:8: " in found[key] or ".yaml:" in found[key].split(key)[0] or key == "extensions"


def test_a_label_set_without_labels_and_a_repeated_label(project: Path) -> None:
    output = {"json_schema": None, "labels": ["Waste", "waste "]}
    found = mistakes(project, params(set={"task": {"kind": "classification", "output": output}}))
    assert "stands there twice" in found["task.output.labels"]


def test_four_bit_weights_cannot_be_trained_in_full(project: Path) -> None:
    values = {"method": {"quantization": {"bnb_4bit_quant_type": "nf4"}}}
    found = mistakes(project, params(method="full", set=values))
    assert "cannot be trained in full" in found["method.quantization"]
    assert "tunewright set method=qlora" in found["method.quantization"]


@pytest.mark.parametrize(
    ("text", "key", "told"),
    [
        (params(method="lorra"), "method", "did you mean 'lora'"),
        (params().replace('method: "lora"\n', ""), "method", "add a line `method: OPTION`"),
        (params().replace("method:", "methd:"), "methd", "did you mean 'method'"),
        (params(method=3), "method", "must name one option, not int"),
        (params(method=["lora", "qlora"]), "method", "must name one option"),
        (params(set=[1]), "set", "must be a mapping"),
        (params(set={"method.lora.r": 8}), "method.lora.r", "tunewright set method.lora.r=VALUE"),
        (params(set={"method": {"a b": 8}}), "method.a b", "unknown key"),
        (params(set={"method": {3: 8}}), "method.3", "unknown key"),
        (params() + "task: x\n", "yaml", "has a key twice"),
        (params() + "\tx: 1\n", "yaml", "is no YAML"),
        (params() + "x: [1\n", "yaml", "is no YAML"),
        ("- a\n", "yaml", "key: value"),
    ],
)
def test_a_wrong_params_file(project: Path, text: str, key: str, told: str) -> None:
    found = mistakes(project, text)
    assert key in found, found
    assert told in found[key]
    assert "params.yaml" in found[key]


def test_a_mistake_in_an_option_file_is_placed_in_it(project: Path) -> None:
    (project / "conf" / "method").mkdir()
    option = project / "conf" / "method" / "mine.yaml"
    option.write_text("# mine\ndefaults: [lora, _self_]\n\nlerning_rate: 1e-4\n")
    found = mistakes(project, params(method="mine"))
    assert "conf/method/mine.yaml:4" in found["method.lerning_rate"]
    option.write_text("# mine\ndefaults: [gone, _self_]\n")
    assert "gone" in next(iter(mistakes(project, params(method="mine")).values()))


def test_all_mistakes_come_at_once(project: Path) -> None:
    found = mistakes(
        project,
        params(
            set={
                "method": {"learning_rate": "x"},
                "hardware": {"devices": 0},
                "evaluation": {"batch_size": 0},
                "data": {"split": {"train": 0.1}},
                "sede": 1,
            }
        ),
    )
    assert set(found) == {
        "method.learning_rate",
        "hardware.devices",
        "evaluation.batch_size",
        "data.split",
        "sede",
    }


def test_a_folder_that_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="tunewright new"):
        compose(tmp_path)


def test_a_broken_extension_names_file_and_line(project: Path) -> None:
    (project / "extensions" / "mine.py").write_text("x = 1\nraise ValueError('no')\n")
    found = mistakes(project, params())
    assert "mine.py:2" in found["extensions"]
    assert "ValueError: no" in found["extensions"]
