"""`tunewright new --here`: into an empty folder or a repository just begun; what is there stays."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tunewright.cli.main import app
from tunewright.config.compose import compose
from tunewright.errors import ScaffoldError

from .conftest import files_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder with a name that a project can have."""
    folder = tmp_path / "acme-desk"
    folder.mkdir()
    return folder


def new_here(folder: Path, *answers: str) -> Result:
    return CliRunner().invoke(app, ["new", "--here", "--no-input", "--output-dir", str(folder), *answers])


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


def test_an_empty_folder_names_the_project_and_gets_all_of_it(folder: Path, baked: dict[str, Path]) -> None:
    result = new_here(folder)
    assert result.exit_code == 0, result.output
    assert set(files_of(folder)) == set(files_of(baked["extraction"]))
    assert compose(folder).project.slug == "acme-desk"
    assert git(folder, "status", "--porcelain") == ""
    assert "git add" not in result.output
    assert [path.name for path in folder.parent.iterdir()] == ["acme-desk"]


def test_a_name_that_no_project_can_have_is_not_taken(tmp_path: Path) -> None:
    folder = tmp_path / "Acme Desk (2)"
    folder.mkdir()
    assert new_here(folder).exit_code == 0
    assert compose(folder).project.slug == "support-triage"


def test_a_repository_just_begun_keeps_what_it_has(folder: Path, baked: dict[str, Path]) -> None:
    git(folder, "init", "-q")
    theirs = {"README.md": "# Acme\n", "LICENSE": "MIT\n", ".gitignore": "secret.txt\n", ".gitattributes": "* text\n"}
    for name, text in theirs.items():
        (folder / name).write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "Begun")
    result = new_here(folder)
    assert result.exit_code == 0, result.output
    project = files_of(baked["extraction"])
    assert set(files_of(folder)) == set(project) | {"LICENSE", "README.tunewright.md"}
    for name in ("README.md", "LICENSE", ".gitattributes"):
        assert (folder / name).read_text() == theirs[name]
    ignored = (folder / ".gitignore").read_bytes()
    assert ignored == b"secret.txt\n\n" + project[".gitignore"]
    assert git(folder, "log", "--format=%s") == "Begun", "the history is its owner's"
    assert "git add -A && git commit" in result.output
    assert "README.tunewright.md" in result.output
    assert compose(folder).project.slug == "acme-desk"


@pytest.mark.parametrize("begun", [".git", "licence.txt", "README.rst", "Readme.md", ".gitignore"])
def test_any_beginning_is_enough(folder: Path, begun: str) -> None:
    if begun == ".git":
        git(folder, "init", "-q")
    else:
        (folder / begun).write_text("mine\n")
    assert new_here(folder).exit_code == 0
    assert not (folder / ".git" / "refs" / "heads").is_dir() or not list((folder / ".git/refs/heads").iterdir())
    if begun != ".git":
        assert (folder / begun).read_text().startswith("mine\n")
        assert not (folder / ".git").exists()


@pytest.mark.parametrize("name", ["data.csv", "src", ".env", "params.yaml", ".dvc", "READMEs"])
def test_anything_else_is_refused_and_untouched(folder: Path, name: str) -> None:
    (folder / name).write_text("mine\n")
    result = new_here(folder)
    assert isinstance(result.exception, ScaffoldError)
    assert result.exception.exit_code == 2
    assert name in str(result.exception) and "is not empty" in str(result.exception)
    assert files_of(folder) == {name: b"mine\n"}


def test_it_is_refused_before_a_question_is_asked(folder: Path) -> None:
    (folder / "mine").touch()
    result = CliRunner().invoke(app, ["new", "--here", "--output-dir", str(folder)], input="")
    assert isinstance(result.exception, ScaffoldError)
    assert "What shall the model return" not in result.output


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    result = new_here(tmp_path / "nowhere")
    assert "is no folder" in str(result.exception)


@pytest.mark.parametrize("stumble_at", [1, 4, 9])
def test_a_failure_amid_the_move_takes_everything_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch, stumble_at: int
) -> None:
    (folder / ".gitignore").write_text("mine\n")
    moved = []
    rename = Path.rename

    def stumbling(path: Path, target: Path) -> Path:
        if target.parent == folder:
            moved.append(target)
            if len(moved) == stumble_at:
                raise OSError(28, os.strerror(28))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", stumbling)
    result = new_here(folder)
    assert "No space left on device" in str(result.exception)
    assert files_of(folder) == {".gitignore": b"mine\n"}


def test_what_a_kill_left_is_no_hindrance(folder: Path) -> None:
    (folder / ".tunewright-new-abc").mkdir()
    assert new_here(folder).exit_code == 0
    assert git(folder, "rev-list", "--count", "HEAD") == "1"
