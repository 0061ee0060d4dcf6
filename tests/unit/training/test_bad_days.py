"""Signals, want of memory and a full disk in the middle of training: a clear end, and the next run goes on.

The real launch and the real training process; only settings and rows are made (worker_script.py).
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tunewright.artifacts import sha256_file
from tunewright.errors import InterruptionError, TrainingError
from tunewright.signals import signals_raise
from tunewright.training import checkpoints, launch
from tunewright.training.result import BaseModel
from tunewright.training.worker import Result, read_result

from .conftest import make_hardware
from .worker_script import PASSES

PATIENCE = 240.0
SHARE = 8
Training = Callable[..., Result]


@pytest.fixture
def training(base: BaseModel, monkeypatch: pytest.MonkeyPatch) -> Training:
    """Train in processes; keyword arguments are environment variables of worker_script."""
    monkeypatch.setattr(launch, "WORKER", "tests.unit.training.worker_script")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")

    def run(folder: Path, devices: int = 1, **environment: object) -> Result:
        folder.mkdir(exist_ok=True)
        with monkeypatch.context() as patch, signals_raise():
            for name, value in environment.items():
                patch.setenv(name, str(value))
            hardware = make_hardware(devices=devices, strategy="ddp" if devices > 1 else "none")
            launch.train_in_processes(folder, base.folder, folder, hardware, SHARE // devices)
        return read_result(folder)

    return run


def outcome(result: Result) -> tuple[str, str, dict[str, float]]:
    return (
        sha256_file(result.weights / "adapter_model.safetensors"),
        result.loss.read_text(),
        result.metrics,
    )


def when(reached: Callable[[], bool], act: Callable[[], object]) -> threading.Thread:
    """Act as soon as something is so, beside the test, which waits for training."""

    def wait() -> None:
        deadline = time.monotonic() + PATIENCE
        while not reached() and time.monotonic() < deadline:
            time.sleep(0.01)
        act()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


def passes(folder: Path) -> int:
    """Training passes begun in this folder, over all attempts."""
    path = folder / PASSES
    return path.stat().st_size if path.exists() else 0


def process_of(folder: Path, device: int) -> int:
    return int((folder / f"process-{device}").read_text())


def newest_step(folder: Path) -> int:
    newest = checkpoints.newest(folder)
    return 0 if newest is None else checkpoints.step_of(newest)


@pytest.mark.slow
def test_a_signal_gets_a_checkpoint_at_once_and_the_next_run_ends_in_the_same_bytes(
    training: Training, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither step has a validation pass, and no checkpoint is due by time: only the signal asks for one."""
    undisturbed = outcome(training(tmp_path / "calm"))
    folder = tmp_path / "signalled"
    for number, code, step, first_pass in ((signal.SIGTERM, 143, 1, 1), (signal.SIGINT, 130, 5, 16)):
        when(lambda n=first_pass: passes(folder) >= n, lambda number=number: os.kill(os.getpid(), number))
        with pytest.raises(InterruptionError) as caught:
            training(folder, SECONDS_PER_STEP=0.3, CHECKPOINT_SECONDS=1e9)
        assert caught.value.exit_code == code
        told = str(caught.value)
        assert f"interrupted after step {step}, whose checkpoint is written ({number.name})" in told
        assert "dvc repro" in caught.value.fix
        assert newest_step(folder) == step
    told = capfd.readouterr().err
    assert "waiting for a checkpoint" in told and "Traceback" not in told
    assert outcome(training(folder)) == undisturbed


@pytest.mark.slow
def test_a_second_signal_ends_it_at_once(training: Training, tmp_path: Path) -> None:
    def twice() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGINT)

    when(lambda: passes(tmp_path) >= 1, twice)
    with pytest.raises(InterruptionError, match="ended before the first checkpoint") as caught:
        training(tmp_path, SECONDS_PER_STEP=60)
    assert caught.value.exit_code == 130


@pytest.mark.slow
def test_where_memory_runs_out_a_pass_takes_half_the_rows_and_the_recipe_stays(
    training: Training, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A true limit of the process's memory, which torch's own allocator meets in the first pass."""
    roomy = training(tmp_path / "roomy", LONG_ROWS=1, ROWS_PER_PASS=8)
    tight = training(tmp_path / "tight", LONG_ROWS=1, ROWS_PER_PASS=8, SPARE_MEGABYTES=350)
    told = capfd.readouterr().err
    assert "out of memory before the first checkpoint: going on with 4 rows per pass" in told
    assert "tunewright set hardware.micro_batch_size=" in told and "Traceback" not in told
    rows = tight.metrics["micro_batch_size"]
    assert rows < 8 and rows * tight.metrics["gradient_accumulation_steps"] == 8
    assert roomy.metrics["micro_batch_size"] == 8
    for name in ("train_loss", "validation_loss_best", "steps", "train_tokens"):
        assert tight.metrics[name] == pytest.approx(roomy.metrics[name], rel=1e-4), name


@pytest.mark.slow
def test_a_device_that_dies_ends_the_others_and_the_next_run_goes_on(
    training: Training, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Two processes joined by gloo: one is killed, the next two are told to stop, two more end the work."""
    undisturbed = outcome(training(tmp_path / "calm", devices=2))
    folder = tmp_path / "killed"

    when(lambda: passes(folder) >= 6, lambda: os.kill(process_of(folder, 1), signal.SIGKILL))
    with pytest.raises(TrainingError, match=r"was killed after the checkpoint of step \d") as caught:
        training(folder, devices=2, SECONDS_PER_STEP=0.3)
    assert "dvc repro" in caught.value.fix
    assert not psutil.pid_exists(process_of(folder, 0)), "the other one has ended too"
    assert "the training process of device 1 was killed by SIGKILL" in (told := capfd.readouterr().err)
    assert "Traceback" not in told

    begun = passes(folder)
    when(lambda: passes(folder) > begun + 1, lambda: os.kill(os.getpid(), signal.SIGTERM))
    with pytest.raises(InterruptionError, match="whose checkpoint is written") as stopped:
        training(folder, devices=2, SECONDS_PER_STEP=0.3, CHECKPOINT_SECONDS=1e9)
    assert stopped.value.exit_code == 143
    assert "Traceback" not in capfd.readouterr().err

    assert outcome(training(folder, devices=2)) == undisturbed
