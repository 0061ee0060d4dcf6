"""A project's folder to sweep over: what it declares, under git and DVC; no model, no run."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """conf/ with its task and data, params.yaml, dvc.yaml, one raw file; one commit."""
    folder = tmp_path / "project"
    for group in ("task", "data"):
        shutil.copytree(ROOT / "conf" / group, folder / "conf" / group)
    shutil.copy(ROOT / "conf" / "config.yaml", folder / "conf")
    (folder / "extensions").mkdir()
    (folder / "extensions" / "README.md").write_text("code of this project\n")
    (folder / "data" / "raw").mkdir(parents=True)
    (folder / "data" / "raw" / "tickets.jsonl").write_text("{}\n")
    (folder / ".dvc").mkdir()
    (folder / ".dvc" / "config").write_text("")
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(ROOT / name, folder)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Start")
    return folder
