"""The built wheel holds every file, and a project made with it works in a fresh environment.

Builds the sdist, the wheel from it, installs the wheel with its dependencies into a new virtual
environment (minutes, needs a package index), and there runs a generated project as a user does.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def run(*command: str | Path, folder: Path, path: Path | None = None) -> str:
    """Run a command; its output is shown if it fails."""
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL"))
    }
    if path is not None:
        environment["PATH"] = f"{path}{os.pathsep}{environment['PATH']}"
    environment |= {
        "TUNEWRIGHT_CACHE": str(folder.parent / "cache"),
        "GIT_CONFIG_GLOBAL": str(folder.parent / "gitconfig"),
        "HF_HUB_OFFLINE": "1",
    }
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=1800,
        check=False,
    )
    assert done.returncode == 0, f"{command} exited with {done.returncode}:\n{done.stdout}"
    return done.stdout


def tracked(*folders: str) -> set[str]:
    """The files that git knows in some folders."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", *folders], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {name for name in listed.stdout.split("\0") if name}


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist and the wheel built from it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT, folder=folder)
    return folder


def test_the_wheel_holds_every_file(dist: Path) -> None:
    wheel = next(dist.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    expected = {name.removeprefix("src/") for name in tracked("src/tunewright")}
    expected |= {f"tunewright/{name}" for name in tracked("conf", "template", "constraints.txt")}
    assert len(expected) > 150
    assert expected - held == set()


def test_the_sdist_holds_every_file(dist: Path) -> None:
    with tarfile.open(next(dist.glob("*.tar.gz"))) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert (
        tracked(
            "src", "conf", "template", "pyproject.toml", "setup.py", "constraints.txt", "LICENSE", "README.md"
        )
        - held
        == set()
    )


def test_a_project_works_in_a_fresh_environment(dist: Path, tmp_path: Path) -> None:
    """Install the wheel, make a project, run its tests and its pipeline."""
    environment = tmp_path / "venv"
    run(sys.executable, "-m", "venv", environment, folder=dist)
    (tmp_path / "gitconfig").write_text("[user]\n\tname = Test\n\temail = test@example.com\n")
    work = tmp_path / "work"
    work.mkdir()
    bin_ = environment / "bin"
    wheel = next(dist.glob("*.whl"))
    constraints = ROOT / "constraints.txt"
    run(bin_ / "pip", "install", "--quiet", "-c", constraints, f"{wheel}", "pytest", folder=work)
    assert "0.1.0" in run(bin_ / "tunewright", "--version", folder=work)
    answers = ["model=tiny", "tracking=none", "project_slug=fresh"]
    run(bin_ / "tunewright", "new", "--no-input", *answers, folder=work, path=bin_)
    project = work / "fresh"
    # Installed from a file, the project asks for that very file.
    assert f"tunewright @ {wheel.as_uri()}" in (project / "pyproject.toml").read_text()
    assert "passed" in run(bin_ / "pytest", "-q", folder=project, path=bin_)
    small = ["method.max_steps=3", "evaluation.max_new_tokens=8", "evaluation.max_rows=16"]
    run(bin_ / "tunewright", "set", *small, folder=project, path=bin_)
    output = run(bin_ / "dvc", "repro", folder=project, path=bin_)
    assert "not accepted" in output.casefold(), output
    assert (project / "reports" / "report.html").stat().st_size > 10_000
    assert not run(
        "git", "status", "--porcelain", "--ignored", "artifacts/adapter", folder=project
    ).startswith("??")
