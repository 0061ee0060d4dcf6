"""params.yaml, conf/ and the packaged groups become one checked configuration."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.config.mistakes.kind import params
from tunewright.config.compose import compose
from tunewright.config.places import packaged_conf
from tunewright.config.resolved import to_yaml
from tunewright.config.schema import GROUPS, Settings
from tunewright.stages.compose import run as run_compose


def test_the_reference_project_composes(project: Path) -> None:
    settings = compose(project)
    assert settings.choices.method == "qlora"
    assert settings.method.quantization is not None
    assert settings.task.output.json_schema is not None
    assert "properties" in settings.task.output.json_schema
    assert settings.evaluation.precision == settings.hardware.precision


def test_set_wins_over_the_option(project: Path) -> None:
    settings = compose(project, params(set={"method": {"learning_rate": 0.5, "lora": {"r": 4}}, "seed": 9}))
    assert (settings.method.learning_rate, settings.seed) == (0.5, 9)
    assert settings.method.lora is not None
    assert (settings.method.lora.r, settings.method.lora.lora_alpha) == (4, 32)


def test_a_number_with_an_exponent_is_a_number(project: Path) -> None:
    settings = compose(project, params().replace("set: {}", "set: {method: {learning_rate: 1e-4}}"))
    assert settings.method.learning_rate == 1e-4


def test_a_projects_file_shadows_the_packaged_one(project: Path) -> None:
    (project / "conf" / "method").mkdir()
    (project / "conf" / "method" / "lora.yaml").write_text("lora: {r: 3}\nlearning_rate: 0.01\n")
    settings = compose(project, params())
    assert settings.method.lora is not None
    assert settings.method.lora.r == 3


def test_option_files_open_with_what_they_are_for_and_their_command() -> None:
    files = [path for group in GROUPS for path in (packaged_conf() / group).glob("*.yaml")]
    assert len(files) >= 34
    for path in files:
        head = path.read_text(encoding="utf-8").splitlines()[:2]
        assert head[0].startswith("# "), path
        opening = "\n".join(path.read_text(encoding="utf-8").splitlines()[:4])
        assert f"{path.parent.name}={path.stem}" in opening, path


def test_resolved_yaml_is_rewritten_only_when_it_changes(project: Path) -> None:
    run_compose(project)
    resolved = project / "resolved.yaml"
    first, before = resolved.read_bytes(), resolved.stat().st_mtime_ns
    run_compose(project)
    assert (resolved.read_bytes(), resolved.stat().st_mtime_ns) == (first, before)
    (project / "params.yaml").write_text(params(set={"seed": 5}))
    run_compose(project)
    assert resolved.read_bytes() != first


def test_resolved_yaml_holds_every_setting(project: Path) -> None:
    values = yaml.safe_load(to_yaml(compose(project)))
    assert Settings.model_validate(values) == compose(project)
    assert set(values) == set(Settings.model_fields)
