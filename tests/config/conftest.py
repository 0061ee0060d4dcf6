"""A project's folder to configure: the reference project's files in a temporary place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what a project declares: conf/ with its task and data, params.yaml, dvc.yaml."""
    (tmp_path / "conf").mkdir()
    shutil.copy(ROOT / "conf" / "config.yaml", tmp_path / "conf")
    for group in ("task", "data"):
        shutil.copytree(ROOT / "conf" / group, tmp_path / "conf" / group)
    (tmp_path / "extensions").mkdir()
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path
