"""What a queued experiment would lack is named before anything is queued."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.unit.sweeps.conftest import git
from tunewright.errors import UsageError
from tunewright.sweeps.preflight import check_experiments_work, check_nothing_is_left_behind


def left_behind(project: Path) -> UsageError:
    with pytest.raises(UsageError) as caught:
        check_nothing_is_left_behind(project)
    assert caught.value.exit_code == 2
    return caught.value


def test_a_committed_project_lacks_nothing(project: Path) -> None:
    check_experiments_work(project)
    check_nothing_is_left_behind(project)


@pytest.mark.parametrize("path", ["conf/method/mine.yaml", "extensions/mine.py", "data/raw/more.jsonl.dvc"])
def test_a_new_file_is_named_with_the_command_that_helps(project: Path, path: str) -> None:
    (project / path).parent.mkdir(exist_ok=True)
    (project / path).write_text("")
    error = left_behind(project)
    assert f"would not see 1 file\n  {path}: git does not know it" in str(error)
    assert error.fix == f"git add {path}"
    git(project, "add", path)
    check_nothing_is_left_behind(project)


def test_new_raw_data_is_for_dvc(project: Path) -> None:
    (project / "data" / "raw" / "more rows.jsonl").write_text("{}\n")
    assert left_behind(project).fix == (
        'git add "data/raw/more rows.jsonl"; data of customers never goes into git: dvc add it instead'
    )


def test_raw_data_that_git_ignores_must_be_known_to_dvc(project: Path) -> None:
    (project / ".gitignore").write_text("/data/raw/*.jsonl\n")
    (project / "data" / "raw" / "more.jsonl").write_text("{}\n")
    error = left_behind(project)
    assert "data/raw/more.jsonl: git ignores it and DVC does not know it" in str(error)
    assert error.fix == "dvc add data/raw/more.jsonl"
    (project / "data" / "raw" / "more.jsonl.dvc").write_text("outs:\n- path: more.jsonl\n  md5: '0'\n")
    git(project, "add", "--all")
    check_nothing_is_left_behind(project)


@pytest.mark.parametrize(
    "path",
    [
        "extensions/__pycache__/mine.pyc",
        "conf/.schemas/x.json",
        "data/raw/.gitignore",
        "notes.md",
        "metrics/x.json",
    ],
)
def test_files_that_no_run_reads_do_not_matter(project: Path, path: str) -> None:
    (project / path).parent.mkdir(exist_ok=True)
    (project / path).write_text("")
    check_nothing_is_left_behind(project)


def test_changes_to_known_files_are_taken_along(project: Path) -> None:
    with (project / "conf" / "config.yaml").open("a") as file:
        file.write("# a comment\n")
    check_nothing_is_left_behind(project)


def test_without_git(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no git repository") as caught:
        check_experiments_work(tmp_path)
    assert caught.value.fix.startswith("git init && dvc init")


def test_without_a_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / ".dvc").mkdir()
    with pytest.raises(UsageError, match="no commit yet"):
        check_experiments_work(tmp_path)


def test_without_dvc(project: Path) -> None:
    shutil.rmtree(project / ".dvc")
    with pytest.raises(UsageError, match="DVC is not initialised") as caught:
        check_experiments_work(project)
    assert caught.value.fix.startswith("dvc init")
