"""kill -9 at any moment, then run again: the bytes of an undisturbed run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tunewright.training import checkpoints
from tunewright.training.history import read_history
from tunewright.training.result import BaseModel

ROOT = Path(__file__).parents[3]
SECONDS_TO_WAIT = 240.0


def start(
    base: BaseModel, folder: Path, out: Path, log: Path = Path(os.devnull), **environment: str
) -> subprocess.Popen[bytes]:
    folder.mkdir(exist_ok=True)
    with log.open("w") as stderr:
        return subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.unit.training.train_script",
                str(base.folder),
                str(folder),
                str(out),
            ],
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
            start_new_session=True,
            stderr=stderr,
        )


def finish(base: BaseModel, folder: Path, out: Path, **environment: str) -> dict[str, Any]:
    assert start(base, folder, out, **environment).wait(SECONDS_TO_WAIT) == 0
    result: dict[str, Any] = json.loads(out.read_text())
    return result


def kill_when(process: subprocess.Popen[bytes], reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while not reached():
        assert process.poll() is None, "it ended before the moment to kill it"
        assert time.monotonic() < deadline
        time.sleep(0.002)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def has_step(folder: Path, step: int) -> bool:
    checkpoint = checkpoints.newest(folder)
    return checkpoint is not None and checkpoints.step_of(checkpoint) >= step


@pytest.mark.slow
def test_a_killed_run_ends_in_the_same_bytes(base: BaseModel, tmp_path: Path) -> None:
    undisturbed = finish(base, tmp_path / "calm", tmp_path / "calm.json")
    folder, out = tmp_path / "killed", tmp_path / "killed.json"
    moments: list[Callable[[], bool]] = [
        lambda: has_step(folder, 1),
        lambda: has_step(folder, 2) and any(folder.glob("writing-checkpoint/*/optimizer.pt")),
        lambda: has_step(folder, 4) and any(folder.glob("writing-best-*")),
        lambda: has_step(folder, 6),  # an epoch ends here
        lambda: has_step(folder, 8),
    ]
    steps = []
    for reached in moments:
        kill_when(start(base, folder, out, SECONDS_PER_STEP="0.15"), reached)
        newest = checkpoints.newest(folder)
        steps.append(checkpoints.step_of(newest) if newest is not None else 0)
    assert steps == sorted(steps) and len(set(steps)) >= 4, steps
    again = finish(base, folder, out)
    assert again == undisturbed
    assert not list(folder.glob("writing-*"))


@pytest.mark.slow
def test_a_resumed_run_says_so_and_keeps_the_seconds_spent(base: BaseModel, tmp_path: Path) -> None:
    folder, out, log = tmp_path / "killed", tmp_path / "killed.json", tmp_path / "log"
    kill_when(start(base, folder, out, SECONDS_PER_STEP="0.1"), lambda: has_step(folder, 5))
    killed = checkpoints.newest(folder)
    assert killed is not None
    spent = read_history(killed / "history.json").seconds
    assert start(base, folder, out, log=log).wait(SECONDS_TO_WAIT) == 0
    assert f"resuming after step {checkpoints.step_of(killed)}" in log.read_text()
    done = checkpoints.newest(folder)
    assert done is not None and read_history(done / "history.json").seconds > spent > 0
