"""The commit of a project, and what people edit that differs from it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tunewright.tracking.source import Source, source_of


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DVC_EXP_NAME", "DVC_EXP_BASELINE_REV"):
        monkeypatch.delenv(name, raising=False)
    # In a folder of its repository, as a project may lie.
    root = tmp_path / "repository" / "project"
    for name in ("params.yaml", "conf/task/own.yaml", "metrics/train.json"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("before\n")
    git(root.parent, "init", "-q")
    commit(root)
    return root


def git(root: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=root, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit(root: Path) -> str:
    git(root, "add", "-A")
    git(root, "commit", "-qm", "Some")
    return git(root, "rev-parse", "HEAD")


def test_a_committed_project_is_its_commit(project: Path) -> None:
    assert source_of(project) == Source(git(project, "rev-parse", "HEAD"))


def test_what_people_edit_is_named_and_what_the_pipeline_writes_is_not(project: Path) -> None:
    new = [f"conf/task/new_{number}.yaml" for number in range(6)]
    for name in ("params.yaml", "metrics/train.json", "conf/task/nëw.yaml", "artifacts.json", *new):
        (project / name).write_text("after\n")
    assert source_of(project).changed == (*new, "conf/task/nëw.yaml", "params.yaml")


def test_an_experiment_is_told_by_the_commit_that_it_started_from(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = git(project, "rev-parse", "HEAD")
    (project / "params.yaml").write_text("of the experiment\n")
    commit(project)
    monkeypatch.setenv("DVC_EXP_BASELINE_REV", first)
    monkeypatch.setenv("DVC_EXP_NAME", "bold-lynx")
    assert source_of(project) == Source(first, ("params.yaml",), "bold-lynx")


def test_without_a_repository_there_is_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DVC_EXP_BASELINE_REV", raising=False)
    assert source_of(tmp_path) == Source("")
    monkeypatch.setenv("PATH", "")
    assert source_of(tmp_path) == Source("")
