"""Projects in git for the checks to look at, and answers of libraries that this machine need not have."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest

from tunewright.config.compose import compose
from tunewright.config.schema import Settings
from tunewright.doctor.examined import Examined
from tunewright.doctor.finding import Finding
from tunewright.doctor.libraries import Device, FourBit, Libraries, Torch

ROOT = Path(__file__).parents[3]
CPU = Libraries(
    torch=Torch(version="2.13.0+cpu"),
    four_bit=FourBit("0.50.2", "BNBNativeLibrary", True, False, "cpu", 0.99, 1.0),
)
A100 = Device("NVIDIA A100", 39.4, bf16=True)
T4 = Device("Tesla T4", 14.6, bf16=False)
GPU = Libraries(
    torch=Torch(version="2.13.0", cuda="12.8", devices=(A100,)),
    four_bit=FourBit("0.50.2", "CudaBNBNativeLibrary", True, False, "cuda", 0.99, 1.0),
)

Look = Callable[..., Examined]


def said(findings: Iterable[Finding], id_: str | None = None) -> list[tuple[str, str]]:
    """Status and message of the findings with an id (or of all), checked for what every finding must have."""
    listed = list(findings)
    for finding in listed:
        assert finding.message
        assert finding.status in ("ok", "skipped") or finding.fix or finding.id == "dvc.remote", finding
    return [(one.status, f"{one.place}: {one.message}") for one in listed if id_ in (None, one.id)]


def one(findings: Iterable[Finding], id_: str | None = None) -> tuple[str, str]:
    """Status and text of the only finding."""
    found = said(findings, id_)
    assert len(found) == 1, found
    return found[0]


@pytest.fixture(scope="session")
def reference() -> Settings:
    """The settings of the reference project."""
    return compose(ROOT)


@pytest.fixture
def settings(reference: Settings) -> Callable[..., Settings]:
    """The reference settings with single values changed: settings({"hardware": {"device": "cuda"}})."""

    def changed(**groups: dict[str, object]) -> Settings:
        updated = {
            name: getattr(reference, name).model_copy(update=values) for name, values in groups.items()
        }
        return reference.model_copy(update=updated)

    return changed


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """What is examined: the project in tmp_path unless said otherwise."""

    def examined(**changes: object) -> Examined:
        libraries: Future[Libraries] = Future()
        libraries.set_result(CPU)
        return replace(Examined(tmp_path, None, None, libraries), **changes)

    return examined


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """A git repository in tmp_path with an identity of its own; runs git in it."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    home = tmp_path.parent / f"{tmp_path.name}-home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.delenv("CI", raising=False)
    (home / "gitconfig").write_text(
        "[user]\nname = Ada\nemail = ada@example.com\n[init]\ndefaultBranch = main\n"
    )

    def run(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=tmp_path, check=True, capture_output=True, text=True)
        return done.stdout

    run("init", "--quiet")
    return run


@pytest.fixture
def project(tmp_path: Path, git: Callable[..., str]) -> Path:
    """The reference project, committed, with DVC's folder as `dvc init` makes it."""
    for name in ("conf", "data"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "extensions").mkdir()
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc" / "config").touch()
    (tmp_path / ".dvc" / ".gitignore").write_text("/config.local\n/tmp\n/cache\n")
    (tmp_path / ".gitignore").write_text(".tunewright/\n.env\n")
    git("add", "--all")
    git("commit", "--quiet", "--message", "Start")
    return tmp_path


@pytest.fixture
def commands_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shell finds this environment's commands first, as after `activate`."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
