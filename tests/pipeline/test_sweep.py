"""`tunewright run` through DVC's queue: shared work is done once, crashes and kills cost nobody anything."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.pipeline.conftest import Project, make_project, stages_run

pytestmark = pytest.mark.slow

PATIENCE = 400.0
LONG = ["method.num_train_epochs=12", "method.evals_per_epoch=4"]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project that has not run yet."""
    (tmp_path / "p").mkdir()
    return make_project(tmp_path / "p", tmp_path / "cache")


def start(project: Project, *arguments: str) -> subprocess.Popen[str]:
    """`tunewright run` in the background, in a process group of its own."""
    log = (project.folder.parent / "run.log").open("w")
    return subprocess.Popen(
        ["tunewright", "run", *arguments],
        cwd=project.folder,
        env=project.environment,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        text=True,
    )


def wait_until(condition: Callable[[], object], *running: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        assert all(process.poll() is None for process in running), "tunewright ended too soon"
        time.sleep(0.2)


def logs(project: Project) -> list[str]:
    """What each experiment of the queue has printed."""
    return [path.read_text() for path in project.folder.glob(".dvc/tmp/exps/run/*/*.out")]


def experiments(project: Project) -> dict[str, dict[str, Any]]:
    """What `dvc exp show` tells of each experiment, by name."""
    shown = json.loads(project.run("dvc", "exp", "show", "--json"))
    found = [one for commit in shown for one in commit["experiments"] or []]
    return {one["name"]: one["revs"][0]["data"] for one in found if one["revs"]}


def processes(project: Project, word: str) -> list[psutil.Process]:
    """The processes at work in the project or in a copy of it whose command line holds a word."""
    found = []
    for process in psutil.process_iter():
        try:
            if word in " ".join(process.cmdline()) and Path(process.cwd()).is_relative_to(project.folder):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def test_a_sweep(project: Project) -> None:
    """Two at once from a project that never ran; the third point cannot train."""
    params = (project.folder / "params.yaml").read_bytes()
    sweep = ["tunewright", "run", "-m", "--jobs", "2", "--name", "first", "method.max_length=2048,4000,16"]
    said = project.run(*sweep, ok=False)

    assert "3 experiments: 2 computed, 1 failed" in said
    assert "first-max_length=16: failed" in said
    assert "whole log: dvc queue logs 'first-max_length=16'" in said
    assert "Traceback" not in said
    ran = [stages_run(log) for log in logs(project)]
    assert len(ran) == 3
    for stage in ("prepare", "baseline", "base_suites"):
        assert sum(stage in stages for stages in ran) == 1, f"{stage} ran once for all"

    shown = experiments(project)
    assert {"first-max_length=2048", "first-max_length=4000"} <= set(shown)
    verdict = shown["first-max_length=4000"]["metrics"]["metrics/acceptance.json"]["data"]
    assert verdict["accepted"] is False, "what is not accepted keeps its metrics"
    assert (project.folder / "params.yaml").read_bytes() == params
    assert project.run("git", "status", "--porcelain") == ""

    again = project.run(*sweep, ok=False)
    assert "first-max_length=2048: computed already" in again
    assert "first-max_length=16: queued again" in again
    assert "3 experiments: 0 computed, 2 computed before, 1 failed" in again


def test_one_experiment_prints_what_its_stages_print(project: Project) -> None:
    said = project.run("tunewright", "run", "method.learning_rate=5e-4")
    assert stages_run(said) >= {"prepare", "baseline", "train", "evaluate", "report"}
    assert "training: 7/7" in said
    assert set(experiments(project)) == {"learning_rate=5e-4"}
    project.run("dvc", "exp", "apply", "learning_rate=5e-4")
    assert "learning_rate: 0.0005" in (project.folder / "params.yaml").read_text()
    assert project.repro() == {"compose"}, "an applied experiment is complete"


def test_dvc_s_own_command_with_two_workers(project: Project) -> None:
    """Nobody tells the workers of each other: the second waits for the scores of the first."""
    project.run(
        "dvc", "exp", "run", "--queue", "-S", "method=lora,rslora", "-S", "++set.method.learning_rate=1e-4"
    )
    project.run("dvc", "queue", "start", "-j", "2")
    wait_until(lambda: "Running" not in (s := project.run("dvc", "queue", "status")) and "Queued" not in s)
    assert project.run("dvc", "queue", "status").count("Success") == 2
    said = "\n".join(logs(project))
    computed = re.findall(r"base model, zero-shot: 20/20 after \d+ s +(.*)", said)
    assert sum("tokens/s" in note for note in computed) == 1, computed


def test_a_queued_sweep_is_started_by_the_same_command(project: Project) -> None:
    sweep = ["tunewright", "run", "-m", "seed=1,1,2", "method.max_length=16"]
    queued = project.run(*sweep, "--queue")
    assert "2 in the queue; next: dvc queue start -j 1" in queued
    assert project.run("dvc", "queue", "status").count("Queued") == 2
    said = project.run(*sweep, ok=False)
    assert said.count("in the queue already") == 2
    assert "2 experiments: 0 computed, 2 failed" in said
    status = project.run("dvc", "queue", "status")
    assert (status.count("Failed"), status.count("Queued")) == (2, 0)


def test_a_killed_sweep_goes_on_where_it_was(project: Project, tmp_path: Path) -> None:
    """Ctrl-C, kill -9 of tunewright, kill -9 of all workers and their experiments; then the same result."""
    sweep = ["seed=1", *LONG]

    def checkpoints() -> set[str]:
        return {path.name for path in project.folder.glob(".tunewright/scratch/train-*/checkpoint-*")}

    running = start(project, *sweep)
    wait_until(checkpoints, running)
    os.killpg(running.pid, signal.SIGINT)
    assert running.wait(PATIENCE) == 130
    assert processes(project, "tunewright stage") == []

    before = checkpoints()
    running = start(project, *sweep)
    wait_until(lambda: "resuming after step" in "".join(logs(project)), running)
    running.kill()
    running.wait()
    assert processes(project, "queue-worker"), "DVC's worker goes on without tunewright"

    wait_until(lambda: not checkpoints() & before)
    for process in processes(project, "queue-worker") + processes(project, "exec-run"):
        process.kill()
    said = project.run("tunewright", "run", *sweep)
    assert "1 experiment: 1 computed" in said
    name = "seed=1,num_train_epochs=12,evals_per_epoch=4"
    assert set(experiments(project)) == {name}

    (tmp_path / "u").mkdir()
    (tmp_path / "u" / "p").mkdir()
    undisturbed = make_project(tmp_path / "u" / "p", tmp_path / "u" / "cache")
    undisturbed.run("tunewright", "set", "seed=1", *LONG)
    undisturbed.repro()
    project.run("dvc", "exp", "apply", name)
    assert project.hashes() == undisturbed.hashes()
