"""Training in processes of its own: one a device, with an environment that must be set before Python starts.

The stage's process stays light, outlives a training that the system kills for want of memory, and
says so. The training processes end when it does: they watch a pipe that it holds open.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tunewright.artifacts import read_json
from tunewright.config.schema.hardware import Hardware
from tunewright.errors import InterruptionError, PrunedError, TrainingError, TunewrightError
from tunewright.models.want_of_memory import kills_for_memory
from tunewright.progress import say
from tunewright.signals import interrupted, number_of
from tunewright.training import checkpoints
from tunewright.training.pass_size import halve

WORKER = "tunewright.training.worker"
ERROR = "error.json"
OUT_OF_MEMORY = "out_of_memory"
KILLED = (-signal.SIGKILL, 128 + signal.SIGKILL)
"""Exit codes of a process, and of one for several devices, that was killed."""

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


def train_in_processes(root: Path, base_folder: Path, folder: Path, hardware: Hardware, share: int) -> None:
    """Run `tunewright.training.worker` for each device; where memory runs out, again with fewer rows a pass.

    Args:
        root: the project's folder.
        base_folder: files of the base model.
        folder: scratch folder of this run; the result is left there.
        hardware: number of devices.
        share: rows of a global batch that each device has.

    Raises:
        InterruptionError: a signal has ended it, after a checkpoint.
        PrunedError: a search has given it up.
        TrainingError: what went wrong in the training process.
    """
    command = [
        *launcher(hardware.devices),
        WORKER,
        str(root),
        str(base_folder),
        str(folder),
    ]
    while True:
        (folder / ERROR).unlink(missing_ok=True)
        (folder / OUT_OF_MEMORY).unlink(missing_ok=True)
        killed_before = kills_for_memory()
        code = _run(command, environment(hardware), folder)
        killed = code in KILLED and kills_for_memory() > killed_before
        if not (killed or (folder / OUT_OF_MEMORY).exists()):
            break
        rows = halve(folder, share)
        say(
            f"out of memory {_progress(folder)}: going on with {rows} rows per pass, the global batch as it "
            f"was; to start so the next time: tunewright set hardware.micro_batch_size={rows}"
        )
    told = _told(folder)
    if isinstance(told, InterruptionError | PrunedError) and code != 0:
        told = None  # of a device that was ended because another one had failed
    if told is None and code != 0:
        told = _failure(folder, code)
    if told is not None:
        raise told


def _run(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> int:
    """Run the training process to its end; the first signal lets it write a checkpoint, the second ends it.

    It is in a session of its own, so that Ctrl-C reaches it through the pipe alone: once, and after the
    libraries that would make a traceback of it.
    """
    process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, start_new_session=True)
    pipe = process.stdin
    assert pipe is not None  # noqa: S101 - asked for above
    try:
        return process.wait()
    except KeyboardInterrupt as interrupt:
        number = number_of(interrupt)
        say("interrupted: waiting for a checkpoint after this step; interrupt again to end at once")
        try:
            with suppress(BrokenPipeError):
                pipe.write(bytes([number]))
                pipe.flush()
            code = process.wait()
        except KeyboardInterrupt:
            process.kill()
            process.wait()
            raise interrupted(number, f"training was ended {_progress(folder)}") from None
        if _told(folder) is None:  # it was done at that very moment, or had not begun on all devices
            raise interrupted(number, f"training was interrupted {_progress(folder)}") from None
        return code
    finally:
        with suppress(BrokenPipeError):
            pipe.close()


def launcher(devices: int) -> list[str]:
    """The command that starts a module on each device."""
    if devices == 1:
        return [sys.executable, "-m"]
    return [sys.executable, "-m", "tunewright.training.devices", str(devices)]


def environment(hardware: Hardware) -> Mapping[str, str]:
    """This process's environment and what training needs; what the user has set stays."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    threads = {"OMP_NUM_THREADS": str(max(1, cores // hardware.devices))} if hardware.devices > 1 else {}
    return {**ENVIRONMENT, **threads, **os.environ}


def _told(folder: Path) -> TunewrightError | None:
    """What the training process said of its end, if it ended before its time and could say so."""
    if not (folder / ERROR).exists():
        return None
    error = read_json(folder / ERROR)
    if error["signal"] is not None:
        return InterruptionError(error["signal"], error["what"], where=error["where"], fix=error["fix"])
    kind = PrunedError if error.get("pruned") else TrainingError
    return kind(error["what"], where=error["where"], fix=error["fix"])


def _failure(folder: Path, code: int) -> TrainingError:
    if code in KILLED:
        return TrainingError(
            f"the training process was killed {_progress(folder)}; the system does that for want of memory",
            fix="if nobody killed it: tunewright set hardware.gradient_checkpointing=true, or a smaller "
            "hardware.micro_batch_size; otherwise dvc repro, which goes on from there",
        )
    return TrainingError(
        f"the training process failed with code {code} {_progress(folder)}; its own message stands above",
        fix="dvc repro, which goes on from there",
    )


def _progress(folder: Path) -> str:
    checkpoint = checkpoints.newest(folder)
    if checkpoint is None:
        return "before the first checkpoint"
    return f"after the checkpoint of step {checkpoints.step_of(checkpoint)}"
