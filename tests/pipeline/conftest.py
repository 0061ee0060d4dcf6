"""A whole project with the tiny model, and what it takes to run its pipeline as a user does."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tunewright.stages.run import STAGES

ROOT = Path(__file__).parents[2]
ROWS = 90
PARAMS = """\
# The choices of a test project.
task: support_triage
data: support_triage
model: tiny
method: lora
hardware: cpu
evaluation: default
tracking: none
set: {method: {num_train_epochs: 1, max_length: 2048}, evaluation: {max_new_tokens: 12, few_shot: {k: 1}}}
"""
IGNORED = ".tunewright/\n__pycache__/\n/artifacts/*\n!/artifacts/base_model.json\n/reports/\n"


@dataclass(frozen=True)
class Project:
    """A project's folder and the commands that a user types in it."""

    folder: Path
    environment: dict[str, str]

    def run(self, *command: str, ok: bool = True, **environment: str) -> str:
        """Run a command in the folder; returns what it printed on both streams."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment | environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=900,
            check=False,
        )
        assert not ok or done.returncode == 0, f"{command} exited with {done.returncode}:\n{done.stdout}"
        return done.stdout

    def repro(self, *arguments: str) -> set[str]:
        """`dvc repro`; returns the stages that ran (not those that came back from the cache)."""
        return stages_run(self.run("dvc", "repro", *arguments))

    def commit(self, message: str) -> None:
        """Commit everything."""
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--allow-empty", "--message", message)

    def restore(self) -> None:
        """Go back to the last commit, with its artifacts."""
        self.run("git", "checkout", "--quiet", ".")
        self.run("git", "clean", "--quiet", "-d", "--force")
        self.run("dvc", "checkout", "--quiet", "--force")

    def replace(self, path: str, old: str, new: str) -> None:
        """Edit a file; the old text must stand in it."""
        file = self.folder / path
        text = file.read_text()
        assert old in text, (path, old)
        file.write_text(text.replace(old, new))

    def hashes(self) -> dict[str, str]:
        """SHA-256 of every result that must be the same for the same inputs: all but timings and reports."""
        return {
            path.relative_to(self.folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for folder in ("artifacts", "metrics", "plots")
            for path in sorted((self.folder / folder).rglob("*"))
            if path.is_file() and path.name != ".gitignore"
        }


def stages_run(output: str) -> set[str]:
    """The names in DVC's `Running stage 'NAME':` lines."""
    return set(re.findall(r"Running stage '(\w+)'", output))


def make_project(folder: Path, cache: Path) -> Project:
    """The reference project with the tiny model and few rows, under git and DVC."""
    shutil.copytree(ROOT / "conf" / "task", folder / "conf" / "task")
    shutil.copytree(ROOT / "conf" / "data", folder / "conf" / "data")
    shutil.copy(ROOT / "conf" / "config.yaml", folder / "conf")
    shutil.copy(ROOT / "dvc.yaml", folder)
    (folder / "extensions").mkdir()
    (folder / "extensions" / "README.md").write_text("code of this project\n")
    (folder / "data" / "raw").mkdir(parents=True)
    for name in ("test.lock", "review.json", "comparisons.json"):
        shutil.copy(ROOT / "data" / name, folder / "data")
    shutil.copytree(ROOT / "data" / "suites", folder / "data" / "suites")
    rows = (ROOT / "data" / "raw" / "tickets.jsonl").read_text().splitlines(keepends=True)[:ROWS]
    (folder / "data" / "raw" / "tickets.jsonl").write_text("".join(rows))
    (folder / "params.yaml").write_text(PARAMS)
    (folder / ".gitignore").write_text(IGNORED)
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("DVC_", "GIT_", "WANDB_"))},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "TUNEWRIGHT_CACHE": str(cache),
        "DVC_NO_ANALYTICS": "1",
        "GIT_CONFIG_GLOBAL": str(cache.parent / "gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "HF_HUB_OFFLINE": "1",
    }
    (cache.parent / "gitconfig").write_text(
        "[user]\n\tname = Test\n\temail = test@example.com\n[init]\n\tdefaultBranch = main\n"
    )
    project = Project(folder, environment)
    project.run("git", "init", "--quiet")
    project.run("dvc", "init", "--quiet")
    project.commit("Start")
    return project


@pytest.fixture(scope="module")
def ready(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose pipeline ran once, with the module's SETTINGS if it has any, and is committed."""
    base = tmp_path_factory.mktemp("project")
    (base / "p").mkdir()
    project = make_project(base / "p", base / "cache")
    if settings := getattr(request.module, "SETTINGS", ()):
        project.run("tunewright", "set", *settings)
    assert project.repro() == {*STAGES}
    project.commit("Ran")
    return project
