"""The project of `compared.py`, with as much of the settings as the commands read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.evaluation.people.compared import Project
from tunewright.cli import judge as command
from tunewright.config.schema.evaluation import Evaluation, Statistics


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    class Settings:
        """As much of the settings as the commands read."""

        task = type("Task", (), {"kind": "chat", "description": "Talk.", "instructions": "Be kind."})
        project = type("Name", (), {"name": "Acme"})
        evaluation = Evaluation(statistics=Statistics(bootstrap_samples=400))

    monkeypatch.setattr(command, "compose", lambda root: Settings())
    return Project(tmp_path)
