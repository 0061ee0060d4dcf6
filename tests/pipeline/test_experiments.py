"""An experiment is compared, adopted, shared through git and DVC remotes, removed; nothing is recomputed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.pipeline.conftest import Project

pytestmark = pytest.mark.slow

NAME = "lr=5e-4"


@pytest.fixture(scope="module")
def computed(ready: Project, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, dict[str, str]]:
    """The project as it was before an experiment, and the hashes of the experiment's results.

    Both remotes are known, and DVC's is committed: `dvc exp push` looks for it in the experiment's commit.
    """
    shared = tmp_path_factory.mktemp("shared")
    ready.run("git", "init", "--quiet", "--bare", str(shared / "project.git"))
    ready.run("git", "remote", "add", "origin", str(shared / "project.git"))
    ready.run("dvc", "remote", "add", "--default", "store", str(shared / "store"))
    ready.commit("Remote")
    ready.run("dvc", "exp", "run", "--name", NAME, "-S", "++set.method.learning_rate=5e-4")
    hashes = ready.hashes()
    ready.restore()
    assert ready.hashes() != hashes
    return ready, hashes


def test_the_comparison(computed: tuple[Project, dict[str, str]]) -> None:
    project, _ = computed
    found = json.loads(project.run("tunewright", "experiments", "--format", "json"))
    assert found["settings"] == ["method.learning_rate"]
    by_name = {one["name"]: one for one in found["experiments"]}
    assert by_name[NAME]["settings"] == {"method.learning_rate": 0.0005}
    assert {one["state"] for one in by_name.values()} == {"done"}
    assert by_name[NAME]["test_rows"] == by_name["workspace"]["test_rows"] != ""
    assert by_name[NAME]["accepted"] is False
    project.run("tunewright", "experiments", "--html")
    assert NAME in (project.folder / ".tunewright" / "experiments.html").read_text()
    assert project.run("git", "status", "--porcelain") == ""


def test_changed_settings_show_before_they_are_computed(computed: tuple[Project, dict[str, str]]) -> None:
    project, _ = computed
    project.run("tunewright", "set", "seed=7")
    shown = json.loads(project.run("tunewright", "experiments", "--format", "json"))["experiments"]
    assert {one["name"]: one["state"] for one in shown} == {NAME: "done", "workspace": "changed"}
    project.restore()


def test_an_adopted_one_is_the_projects_own(computed: tuple[Project, dict[str, str]]) -> None:
    project, hashes = computed
    said = project.run("tunewright", "adopt", NAME)
    assert project.hashes() == hashes
    assert project.repro() == {"compose"}
    assert project.hashes() == hashes
    for command in [line.strip() for line in said.splitlines() if line.startswith("  git")]:
        project.run("bash", "-c", command)
    assert project.run("git", "status", "--porcelain") == ""
    project.run("git", "reset", "--quiet", "--hard", "HEAD~1")
    project.run("dvc", "checkout", "--quiet", "--force")


def test_shared_through_remotes_and_adopted_in_a_clone(
    computed: tuple[Project, dict[str, str]], tmp_path: Path
) -> None:
    project, hashes = computed
    project.run("git", "push", "--quiet", "origin", "HEAD:main")
    project.run("dvc", "exp", "push", "origin", NAME)

    clone = Project(tmp_path / "clone", project.environment | {"TUNEWRIGHT_CACHE": str(tmp_path / "cache")})
    origin = project.run("git", "remote", "get-url", "origin").strip()
    subprocess.run(["git", "clone", "--quiet", origin, clone.folder], check=True)
    assert NAME in clone.run("dvc", "exp", "list", "origin")
    clone.run("dvc", "exp", "pull", "origin", NAME)
    clone.run("tunewright", "adopt", NAME)
    assert clone.hashes() == hashes
    assert clone.repro() == {"compose"}

    clone.run("dvc", "exp", "remove", NAME)
    clone.run("dvc", "exp", "remove", "--git-remote", "origin", NAME)
    assert NAME not in clone.run("dvc", "exp", "list", "origin")
    shown = json.loads(clone.run("tunewright", "experiments", "--format", "json"))["experiments"]
    assert [one["name"] for one in shown] == ["workspace"]
