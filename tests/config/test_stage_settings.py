"""A stage is handed the settings that dvc.yaml lists for it, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tunewright.config.schema import Settings
from tunewright.config.schema.node import UndeclaredSettingError
from tunewright.config.stage_settings import declared_keys, stage_settings
from tunewright.errors import TunewrightError
from tunewright.stages.compose import run as run_compose
from tunewright.stages.run import STAGES


@pytest.fixture
def composed(project: Path) -> Path:
    run_compose(project)
    return project


def test_a_listed_setting_can_be_read(composed: Path) -> None:
    stage = stage_settings("train", composed)
    assert stage.settings.method.learning_rate > 0
    assert stage.settings.task.instructions
    assert stage.tracked["seed"] == 0
    assert "tracking" not in stage.tracked


def test_an_unlisted_setting_cannot_be_read(composed: Path) -> None:
    settings = stage_settings("train", composed).settings
    with pytest.raises(UndeclaredSettingError, match=r"Settings\.evaluation is not listed"):
        _ = settings.evaluation
    with pytest.raises(UndeclaredSettingError, match=r"Task\.metrics is not listed"):
        _ = settings.task.metrics
    with pytest.raises(UndeclaredSettingError, match="price_per_hour"):
        _ = settings.hardware.price_per_hour


def test_every_stage_lists_settings_that_exist_and_the_version(composed: Path) -> None:
    for name in STAGES[1:]:
        assert "versions.tunewright" in stage_settings(name, composed).tracked


def test_every_root_stage_waits_for_compose(composed: Path) -> None:
    """Otherwise it would run before a typo is found."""
    for name in STAGES[1:]:
        assert declared_keys(name, composed)[0], name


def test_a_misspelt_key_in_dvc_yaml_is_named(composed: Path) -> None:
    text = (composed / "dvc.yaml").read_text()
    (composed / "dvc.yaml").write_text(text.replace("hardware.memory_gb", "hardware.memory_bg"))
    with pytest.raises(TunewrightError, match=r"hardware\.memory_bg, which is no setting"):
        stage_settings("train", composed)


def test_an_edited_resolved_yaml_is_refused(composed: Path) -> None:
    resolved = composed / "resolved.yaml"
    resolved.write_text(resolved.read_text().replace("seed: 0", "sead: 0"))
    with pytest.raises(TunewrightError, match="dvc repro compose"):
        stage_settings("train", composed)


def test_tracked_and_untracked_settings_cover_the_schema(composed: Path) -> None:
    """No setting is read by no stage: each has an effect, or is none."""
    listed = {key for name in STAGES[1:] for keys in declared_keys(name, composed) for key in keys}
    values = yaml.safe_load((composed / "resolved.yaml").read_text())
    for group in Settings.model_fields:
        below = set(values[group]) if isinstance(values[group], dict) else set()
        assert group in listed or all(f"{group}.{key}" in listed for key in below), group
