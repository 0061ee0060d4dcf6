"""The training process: its environment, its end, and what its failures look like."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tunewright.artifacts import write_json
from tunewright.errors import InterruptionError, TrainingError
from tunewright.signals import signals_raise
from tunewright.training import launch
from tunewright.training.checkpoints import whole
from tunewright.training.pass_size import halve, within_limit

from .conftest import make_hardware

CPU = make_hardware()


def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let a piece of Python take the worker's place."""
    monkeypatch.setattr(launch, "launcher", lambda _: [sys.executable, "-c", code])
    launch.train_in_processes(tmp_path, tmp_path, tmp_path, CPU, share=8)


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
    assert launch.launcher(4)[-2:] == ["tunewright.training.devices", "4"]
    assert launch.launcher(1)[-1] == "-m"


def test_its_error_is_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import json, sys, pathlib; (pathlib.Path(sys.argv[-1]) / 'error.json').write_text("
        "json.dumps({'what': 'too long', 'where': 'row 3', 'fix': 'cut', 'signal': None})); sys.exit(1)"
    )
    with pytest.raises(TrainingError) as caught:
        run(tmp_path, monkeypatch, code)
    assert str(caught.value) == "row 3: too long\n  fix: cut"


def test_an_error_of_an_earlier_run_is_not_shown_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_json(tmp_path / launch.ERROR, {"what": "old", "where": "", "fix": "", "signal": None})
    with pytest.raises(TrainingError, match="failed with code 3 before the first checkpoint"):
        run(tmp_path, monkeypatch, "raise SystemExit(3)")


def test_a_killed_process_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with whole(tmp_path / "checkpoint-12"):
        pass
    with pytest.raises(
        TrainingError, match="after the checkpoint of step 12; the system does that for want of memory"
    ):
        run(tmp_path, monkeypatch, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")


def test_a_process_killed_for_want_of_memory_is_followed_by_one_with_half_the_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The system's counter of such kills is made up, the kill is real."""
    counted = iter([7, 8, 8, 9, 9, 9])
    monkeypatch.setattr(launch, "kills_for_memory", lambda: next(counted))
    assert within_limit(tmp_path, 8) == 8
    code = (
        "import json, os, pathlib, signal, sys; file = pathlib.Path(sys.argv[-1]) / 'rows_per_pass.json'\n"
        "if json.loads(file.read_text())['rows'] > 2: os.kill(os.getpid(), signal.SIGKILL)"
    )
    run(tmp_path, monkeypatch, code)
    assert within_limit(tmp_path, 8) == 2, "a run that goes on keeps the size"
    told = capsys.readouterr().err
    assert "going on with 4 rows per pass" in told and "going on with 2 rows per pass" in told


def test_a_row_that_does_not_fit_alone_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    within_limit(tmp_path, 1)
    code = "import pathlib, sys; (pathlib.Path(sys.argv[-1]) / 'out_of_memory').touch(); sys.exit(1)"
    with pytest.raises(TrainingError, match="not even one row per pass fits") as caught:
        run(tmp_path, monkeypatch, code)
    assert "gradient_checkpointing" in caught.value.fix


def test_halving_keeps_to_divisors_of_the_share(tmp_path: Path) -> None:
    within_limit(tmp_path, 12)
    assert [halve(tmp_path, 12) for _ in range(3)] == [6, 3, 1]


def test_an_interrupt_says_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process is in a session of its own: it learns of the signal through the pipe, and ends."""
    code = (
        "import pathlib, sys; pathlib.Path(sys.argv[-1], 'ready').touch()\n"
        "sys.exit(sys.stdin.buffer.read(1)[0])"
    )

    def interrupt() -> None:
        while not (tmp_path / "ready").exists():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=interrupt, daemon=True).start()
    with signals_raise(), pytest.raises(InterruptionError, match="interrupted before the first") as caught:
        run(tmp_path, monkeypatch, code)
    assert caught.value.exit_code == 143
    assert "dvc repro" in caught.value.fix


def test_training_ends_with_the_process_that_started_it() -> None:
    code = (
        "import threading, time; from tunewright.training.worker import _heed_parent\n"
        "threading.Thread(target=_heed_parent, daemon=True).start()\n"
        "print('ready', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdin is not None
    assert process.stdout.readline() == "ready\n"
    process.stdin.close()
    assert process.wait(10) == 1
