"""git: repository, identity, branch, what is not committed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tunewright.doctor import repository

from .conftest import one, said


def test_a_committed_project_is_all_green(project: Path, look) -> None:
    assert [status for status, _ in said(repository.check(look()))] == ["ok"] * 4


def test_no_repository(tmp_path: Path, look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    status, text = one(repository.check(look()))
    assert status == "wrong"
    assert "not a git repository" in text


def test_no_git(tmp_path: Path, look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "git is not installed" in one(repository.check(look()))[1]


def test_no_identity(project: Path, git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    finding = repository.identity(project, {})
    assert finding.status == "warning"
    assert "git config --global user.email" in finding.fix
    named = {"GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com"}
    assert repository.identity(project, named).status == "ok"


def test_no_commit(tmp_path: Path, git) -> None:
    finding = repository.head(tmp_path, {})
    assert (finding.status, "no commit yet" in finding.message) == ("warning", True)


def test_a_detached_head_is_usual_in_ci_only(project: Path, git) -> None:
    git("checkout", "--quiet", "--detach")
    assert repository.head(project, {}).status == "warning"
    assert repository.head(project, {"CI": "true"}).status == "ok"


@pytest.mark.parametrize("name", ["params.yaml", "dvc.yaml", "conf/config.yaml"])
def test_changes_that_are_not_committed(project: Path, name: str) -> None:
    (project / name).write_text((project / name).read_text() + "# more\n")
    status, text = one(repository.uncommitted(project))
    assert status == "warning"
    assert name in text


def test_new_options_are_unknown_to_experiments(project: Path) -> None:
    (project / "conf" / "model").mkdir(exist_ok=True)
    (project / "conf" / "model" / "our own.yaml").write_text("source: tiny\n")
    (project / "notes.txt").write_text("of no concern\n")
    status, text = one(repository.uncommitted(project), "git.untracked")
    assert status == "warning"
    assert "conf/model/our own.yaml" in text
