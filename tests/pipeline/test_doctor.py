"""The true command in a true project: dvc fails on an empty rwlock, `doctor --fix` mends it, dvc works."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.pipeline.conftest import Project, make_project

pytestmark = pytest.mark.slow

PATIENCE = 60.0


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project that has not run yet."""
    (tmp_path / "p").mkdir()
    return make_project(tmp_path / "p", tmp_path / "cache")


def findings(project: Project, *options: str) -> tuple[int, dict[str, list[dict[str, object]]]]:
    """The exit code and the findings by id."""
    said = project.run("tunewright", "doctor", "--format", "json", *options, ok=False)
    document = json.loads(said)
    by_id: dict[str, list[dict[str, object]]] = {}
    for finding in document["findings"]:
        by_id.setdefault(finding["id"], []).append(finding)
    return document["exit_code"], by_id


def told(project: Project) -> str:
    """What `doctor --fix` says of the rwlock."""
    return str(findings(project, "--fix")[1]["dvc.rwlock"][0]["message"])


def test_an_empty_rwlock_is_mended_and_a_planted_secret_never_told(project: Project) -> None:
    rwlock = project.folder / ".dvc" / "tmp" / "rwlock"
    rwlock.parent.mkdir(exist_ok=True)
    rwlock.touch()
    assert "is corrupted" in project.run("dvc", "status", ok=False)

    code, found = findings(project)
    assert code == 1
    assert found["dvc.rwlock"][0]["status"] == "wrong"
    assert found["four_bit.layer"][0]["status"] == "ok"
    assert rwlock.exists(), "without --fix nothing is changed"

    code, found = findings(project, "--fix")
    assert code == 0, found
    assert found["dvc.rwlock"][0]["fixed"] is True
    assert not rwlock.exists()
    assert "corrupted" not in project.run("dvc", "status")

    secret = "hf_" + "qW7e" * 9
    (project.folder / "extensions" / "login.py").write_text(f'\nTOKEN = "{secret}"\n')
    project.run("git", "add", "extensions/login.py")
    for options in (("--strict", "--fix"), ("--format", "json")):
        output = project.run("tunewright", "doctor", *options, ok=False)
        assert "extensions/login.py:2" in output
        assert "Hugging Face token" in output
        assert secret[3:] not in output
    assert json.loads(output)["exit_code"] == 1


def test_a_lock_of_a_live_dvc_is_not_touched(project: Project) -> None:
    """A real `dvc repro` in the middle of a stage, beside which another dvc was killed."""
    stage = "{wait: {cmd: echo begun > begun; sleep 120, outs: [begun]}}"
    (project.folder / "dvc.yaml").write_text(f"stages: {stage}\n")
    rwlock = project.folder / ".dvc" / "tmp" / "rwlock"
    with subprocess.Popen(
        ["dvc", "repro"],
        cwd=project.folder,
        env=project.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as running:
        deadline = time.monotonic() + PATIENCE
        while not (project.folder / "begun").exists():
            assert running.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        try:
            assert f"in use by dvc repro (process {running.pid})" in told(project)
            rwlock.write_text("")
            assert f"dvc repro (process {running.pid}) runs here, so it is left alone" in told(project)
            assert rwlock.exists()
        finally:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()
    assert findings(project, "--fix")[1]["dvc.rwlock"][0]["fixed"] is True
    assert not rwlock.exists()
