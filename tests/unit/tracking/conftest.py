"""A project in an experiment's temporary copy, beside the main checkout that it was copied from."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from tunewright.config.schema.settings import Project
from tunewright.config.schema.tracking import Tracking
from tunewright.stages.run import STAGES
from tunewright.tracking.run import tracked_run

PROJECT = Project(name="Ticket triage", slug="ticket-triage")
SECRET = "correct-horse-battery-staple"
RESOLVED: dict[str, Any] = {
    "seed": 7,
    "method": {"learning_rate": 2e-4, "lora": {"r": 16}},
    "task": {"instructions": "", "output": {"json_schema": {"$schema": "https://json-schema.org/x"}}},
    "model": {"path": f"https://me:{SECRET}@models.example/m", "api_key": "abcdefgh"},
    "tracking": {"trackers": ["wandb"]},
    "choices": {"tracking": "wandb-offline"},
}
LOCK = {
    "schema": "2.0",
    "stages": {
        "prepare": {
            "cmd": "tunewright stage prepare",
            "deps": [{"path": "data/raw", "md5": "1" * 32 + ".dir"}, {"path": "extensions", "md5": "2" * 32}],
            "outs": [{"path": "artifacts/data", "md5": "3" * 32 + ".dir"}],
        },
        "train": {"outs": [{"path": "artifacts/adapter", "md5": "4" * 32 + ".dir"}]},
        "report": {"outs": [{"path": "reports", "md5": "5" * 32 + ".dir"}]},
    },
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The copy; it is the working directory."""
    return make_project(tmp_path, monkeypatch)


def make_project(base: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith(("WANDB", "MLFLOW", "DVC"))]:
        monkeypatch.delenv(name)
    (base / "checkout").mkdir()
    (base / "home").mkdir()
    copy = base / "copy"
    copy.mkdir()
    (copy / "resolved.yaml").write_text(yaml.safe_dump(RESOLVED), encoding="utf-8")
    (copy / "dvc.lock").write_text(yaml.safe_dump(LOCK), encoding="utf-8")
    (copy / "dvc.yaml").write_text(
        yaml.safe_dump({"stages": {name: {} for name in STAGES}}, sort_keys=False), encoding="utf-8"
    )
    monkeypatch.chdir(copy)
    monkeypatch.setenv("HOME", str(base / "home"))
    monkeypatch.setenv("DVC_ROOT", str(base / "checkout"))
    monkeypatch.setenv("ACME_TOKEN", SECRET)
    return copy


def store(project: Path) -> Path:
    """`.tunewright` of the main checkout."""
    return project.parent / "checkout" / ".tunewright"


def opened(root: Path, stage: str = "train", /, **tracking: Any) -> Any:
    """`tracked_run` with these settings."""
    return tracked_run(Tracking.model_validate(tracking), PROJECT, stage, root)
