"""Training in processes of its own: one a device, with an environment that must be set before Python starts.

The stage's process stays light, outlives a training that the system kills for want of memory, and
says so. The training processes end when it does: they watch a pipe that it holds open.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tunewright.artifacts import read_json
from tunewright.config.schema.hardware import Hardware
from tunewright.errors import TrainingError
from tunewright.training import checkpoints

ERROR = "error.json"
SECONDS_TO_END = 10.0

ENVIRONMENT = {
    # glibc gives large blocks back to the system at once and faults them in again at every step:
    # keeping them makes a step on the cpu 10 to 15 % faster.
    "MALLOC_MMAP_THRESHOLD_": str(4 * 2**30),
    "MALLOC_TRIM_THRESHOLD_": str(8 * 2**30),
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",  # cuBLAS is deterministic only with a fixed workspace
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
}


def train_in_processes(root: Path, base_folder: Path, folder: Path, hardware: Hardware) -> None:
    """Run `tunewright.training.worker` for each device and wait.

    Args:
        root: the project's folder.
        base_folder: files of the base model.
        folder: scratch folder of this run; the result is left there.
        hardware: number of devices.

    Raises:
        TrainingError: what went wrong in the training process, or that it was interrupted.
    """
    (folder / ERROR).unlink(missing_ok=True)
    command = [
        *launcher(hardware.devices),
        "tunewright.training.worker",
        str(root),
        str(base_folder),
        str(folder),
    ]
    process = subprocess.Popen(command, env=environment(hardware), stdin=subprocess.PIPE)
    try:
        code = process.wait()
    except KeyboardInterrupt:
        _end(process)
        raise TrainingError(
            f"interrupted {_progress(folder)}", fix="the next `dvc repro` goes on from there"
        ) from None
    finally:
        if process.stdin is not None:
            process.stdin.close()
    if code != 0:
        raise _failure(folder, code)


def launcher(devices: int) -> list[str]:
    """The command that starts a module on each device."""
    if devices == 1:
        return [sys.executable, "-m"]
    return [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        f"--nproc_per_node={devices}",
        "-m",
    ]


def environment(hardware: Hardware) -> Mapping[str, str]:
    """This process's environment and what training needs; what the user has set stays."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    threads = {"OMP_NUM_THREADS": str(max(1, cores // hardware.devices))} if hardware.devices > 1 else {}
    return {**ENVIRONMENT, **threads, **os.environ}


def _failure(folder: Path, code: int) -> TrainingError:
    if (folder / ERROR).exists():
        error = read_json(folder / ERROR)
        return TrainingError(error["what"], where=error["where"], fix=error["fix"])
    if code == -9:
        return TrainingError(
            f"the training process was killed {_progress(folder)}; the system does that for want of memory",
            fix="if nobody killed it: tunewright set hardware.gradient_checkpointing=true, or a smaller "
            "hardware.micro_batch_size; the next `dvc repro` goes on from there",
        )
    return TrainingError(
        f"the training process failed with code {code} {_progress(folder)}; its own message stands above",
        fix="the next `dvc repro` goes on from there",
    )


def _progress(folder: Path) -> str:
    checkpoint = checkpoints.newest(folder)
    if checkpoint is None:
        return "before the first checkpoint"
    return f"after the checkpoint of step {checkpoints.step_of(checkpoint)}"


def _end(process: subprocess.Popen[bytes]) -> None:
    """Give the training process, which got the interrupt too, a moment to end."""
    process.terminate()
    try:
        process.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
