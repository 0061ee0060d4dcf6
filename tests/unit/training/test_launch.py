"""The training process: its environment, its end, and what its failures look like."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tunewright.artifacts import write_json
from tunewright.errors import TrainingError
from tunewright.training import launch
from tunewright.training.checkpoints import whole

from .conftest import make_hardware

CPU = make_hardware()


def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let a piece of Python take the worker's place."""
    monkeypatch.setattr(launch, "launcher", lambda _: [sys.executable, "-c", code])
    launch.train_in_processes(tmp_path, tmp_path, tmp_path, CPU)


def test_the_environment_is_set_before_python_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    environment = launch.environment(CPU)
    assert int(environment["MALLOC_MMAP_THRESHOLD_"]) >= 2**30
    assert environment["HF_HUB_DISABLE_TELEMETRY"] == "1"
    assert environment["HF_HUB_OFFLINE"] == "0", "what the user has set stays"
    code = "import os; assert os.environ['MALLOC_TRIM_THRESHOLD_'] and os.environ['CUBLAS_WORKSPACE_CONFIG']"
    run(tmp_path, monkeypatch, code)


def test_several_devices_share_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert "OMP_NUM_THREADS" not in launch.environment(CPU)
    assert int(launch.environment(make_hardware(devices=2, strategy="ddp"))["OMP_NUM_THREADS"]) >= 1
    assert "--nproc_per_node=4" in launch.launcher(4)
    assert "torch.distributed.run" not in launch.launcher(1)


def test_its_error_is_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import json, sys, pathlib; (pathlib.Path(sys.argv[-1]) / 'error.json').write_text("
        "json.dumps({'what': 'too long', 'where': 'row 3', 'fix': 'cut'})); sys.exit(1)"
    )
    with pytest.raises(TrainingError) as caught:
        run(tmp_path, monkeypatch, code)
    assert str(caught.value) == "row 3: too long\n  fix: cut"


def test_an_error_of_an_earlier_run_is_not_shown_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_json(tmp_path / launch.ERROR, {"what": "old", "where": "", "fix": ""})
    with pytest.raises(TrainingError, match="failed with code 3 before the first checkpoint"):
        run(tmp_path, monkeypatch, "raise SystemExit(3)")


def test_a_killed_process_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with whole(tmp_path / "checkpoint-12"):
        pass
    with pytest.raises(
        TrainingError, match="after the checkpoint of step 12; the system does that for want of memory"
    ):
        run(tmp_path, monkeypatch, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")


def test_an_interrupt_says_how_to_go_on(tmp_path: Path) -> None:
    script = (
        "import signal, sys; from pathlib import Path; from tunewright.training import launch\n"
        # A shell that starts tests in the background has them ignore the signal.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from tunewright.errors import TrainingError\n"
        "from tests.unit.training.conftest import make_hardware\n"
        "launch.launcher = lambda _: [sys.executable, '-c', 'import time; time.sleep(60)']\n"
        "print('ready', flush=True)\n"
        "try: launch.train_in_processes(*[Path(sys.argv[1])] * 3, make_hardware())\n"
        "except TrainingError as error: print(error); sys.exit(7)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 7
    assert "interrupted before the first checkpoint" in out and "dvc repro" in out


def test_training_ends_with_the_process_that_started_it() -> None:
    code = (
        "import threading, time; from tunewright.training.worker import _end_with_parent\n"
        "threading.Thread(target=_end_with_parent, daemon=True).start()\n"
        "print('ready', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdin is not None
    assert process.stdout.readline() == "ready\n"
    process.stdin.close()
    assert process.wait(10) == 1
