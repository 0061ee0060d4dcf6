"""Bake projects in process, away from the user's own settings."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tunewright.cli.new import new
from tunewright.scaffold.machine import Found
from tunewright.scaffold.template import template_folder

TEMPLATE = template_folder()
CONTEXT: dict[str, Any] = json.loads((TEMPLATE / "cookiecutter.json").read_text(encoding="utf-8"))
KINDS: tuple[str, ...] = tuple(CONTEXT["kind"])

Bake = Callable[..., Path]


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty home with a git identity, and a machine without a GPU, for the whole session."""
    folder = tmp_path_factory.mktemp("home")
    (folder / ".gitconfig").write_text(
        "[user]\nname = Ada\nemail = ada@example.com\n[init]\ndefaultBranch = trunk\n"
    )
    patch = pytest.MonkeyPatch()
    patch.setenv("HOME", str(folder))
    patch.setenv("GIT_CONFIG_GLOBAL", str(folder / ".gitconfig"))
    patch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    patch.setenv("COOKIECUTTER_CONFIG", str(folder / "none.yaml"))
    patch.setattr("tunewright.cli.new.look_at_machine", lambda: Found("cpu", ""))
    (folder / "none.yaml").write_text(f"replay_dir: {folder}/replay\ncookiecutters_dir: {folder}/clones\n")
    yield folder
    patch.undo()


@pytest.fixture
def bake(tmp_path: Path) -> Bake:
    """Generate a project with `tunewright new --no-input` and these answers."""

    def bake_project(**answers: str) -> Path:
        new([f"{key}={value}" for key, value in answers.items()], no_input=True, output_dir=tmp_path)
        return next(path for path in tmp_path.iterdir() if path.is_dir())

    return bake_project


@pytest.fixture(scope="session")
def baked(tmp_path_factory: pytest.TempPathFactory, home: Path) -> dict[str, Path]:
    """One untouched project of each kind."""
    folders = {}
    for kind in KINDS:
        place = tmp_path_factory.mktemp(kind)
        new([f"kind={kind}"], no_input=True, output_dir=place)
        folders[kind] = next(place.iterdir())
    return folders


def files_of(project: Path) -> dict[str, bytes]:
    """Content by path of all files that belong to the project."""
    return {
        path.relative_to(project).as_posix(): path.read_bytes()
        for path in sorted(project.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(project).parts
    }
