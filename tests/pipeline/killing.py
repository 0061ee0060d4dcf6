"""Stages that a test starts in a process group of their own, to kill them or to tell them to stop."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import yaml

from tests.pipeline.conftest import Project

PATIENCE = 300.0


@dataclass(frozen=True)
class Running:
    """A command that runs, and the file that takes what it prints."""

    process: subprocess.Popen[bytes]
    log: Path

    def told(self) -> str:
        """What it has printed so far."""
        return self.log.read_text()

    def wait_until(self, reached: Callable[[], bool]) -> None:
        """Wait for a moment of its life."""
        deadline = time.monotonic() + PATIENCE
        while not reached():
            assert self.process.poll() is None, f"ended before its moment:\n{self.told()}"
            assert time.monotonic() < deadline, self.told()
            time.sleep(0.02)

    def signal(self, number: int) -> None:
        """Send a signal to the whole process group, as a terminal does."""
        os.killpg(self.process.pid, number)


def start(project: Project, *command: str) -> Running:
    """Start a command in a process group of its own."""
    log = project.folder.parent / "started.log"
    with log.open("w") as file:
        process = subprocess.Popen(
            command,
            cwd=project.folder,
            env=project.environment,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Running(process, log)


def start_anew(project: Project, stage: str) -> Running:
    """Have DVC run a stage as if it never had, and wait until it does."""
    shutil.rmtree(project.folder / ".dvc" / "cache" / "runs", ignore_errors=True)
    lock = project.folder / "dvc.lock"
    content = yaml.safe_load(lock.read_text())
    content["stages"].pop(stage, None)  # DVC brings back from its cache whatever it still has an entry for
    lock.write_text(yaml.safe_dump(content, sort_keys=False))
    running = start(project, "dvc", "repro", "--single-item", stage)
    running.wait_until(lambda: f"Running stage '{stage}'" in running.told())
    return running


def killed(project: Project, stage: str, seconds: float) -> bool:
    """Run the stage anew, kill all of it so many seconds after its start; false if it was faster."""
    if stage == "fetch":
        shutil.rmtree(Path(project.environment["TUNEWRIGHT_CACHE"]) / "models")
    running = start_anew(project, stage)
    try:
        running.process.wait(seconds)
    except subprocess.TimeoutExpired:
        running.signal(signal.SIGKILL)
    return running.process.wait() == -signal.SIGKILL


def workers(project: Project) -> list[psutil.Process]:
    """Training processes of the project; they are in a session of their own."""
    found = []
    for process in psutil.process_iter():
        try:
            words = process.cmdline()
        except psutil.Error:
            continue
        if "tunewright.training.worker" in words and str(project.folder) in words:
            found.append(process)
    return found
