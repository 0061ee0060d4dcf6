"""kill -9 of the whole process group in the middle of a stage, then `dvc repro`: the artifacts of an
undisturbed run."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.pipeline.conftest import Project

pytestmark = pytest.mark.slow

PATIENCE = 240.0


def kill_when(project: Project, sign: str, delay: float) -> str:
    """Start `dvc repro` in a process group of its own, kill all of it `delay` seconds after a sign."""
    log = project.folder.parent / "killed.log"
    with log.open("w") as file:
        process = subprocess.Popen(
            ["dvc", "repro"],
            cwd=project.folder,
            env=project.environment,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        deadline = time.monotonic() + PATIENCE
        while sign not in log.read_text():
            assert process.poll() is None, f"ended before {sign!r}:\n{log.read_text()}"
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        time.sleep(delay)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return log.read_text()


def mend_lock(project: Project) -> None:
    """kill -9 can leave an empty lock file of DVC's, after which every dvc command fails."""
    lock = project.folder / ".dvc" / "tmp" / "rwlock"
    if lock.exists() and lock.stat().st_size == 0:
        lock.unlink()


@pytest.mark.parametrize(
    ("assignments", "sign", "delay"),
    [
        pytest.param(["data.split.seed=7"], "Running stage 'prepare'", 0.6, id="prepare"),
        pytest.param(["seed=7", "method.num_train_epochs=4"], "before training", 1.5, id="train"),
        pytest.param(["seed=8", "evaluation.batch_size=2"], "tuned model", 0.0, id="evaluate"),
    ],
)
def test_a_killed_stage_goes_on_to_the_same_result(
    ready: Project, assignments: list[str], sign: str, delay: float, tmp_path: Path
) -> None:
    ready.restore()
    undisturbed = Project(tmp_path / "undisturbed", ready.environment)
    subprocess.run(["git", "clone", "--quiet", ready.folder, undisturbed.folder], check=True)
    undisturbed.run("tunewright", "set", *assignments)
    undisturbed.repro()

    ready.run("tunewright", "set", *assignments)
    killed = kill_when(ready, sign, delay)
    assert "Running stage 'report'" not in killed, "killed too late to mean anything"
    mend_lock(ready)
    ready.repro()
    assert ready.hashes() == undisturbed.hashes()
    left = [path for path in (ready.folder / ".tunewright" / "scratch").iterdir() if path.is_dir()]
    assert left == [], "the scratch of a finished stage is removed"
