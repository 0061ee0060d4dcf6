"""What torch and bitsandbytes can do here, asked in a process of their own: a crash there is a finding."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

TIMEOUT_SECONDS = 180.0
"""Importing takes 10 s on a quiet machine, and the machine need not be quiet."""

PROBE = (sys.executable, "-m", "tunewright.doctor.library_probe")


@dataclass(frozen=True)
class Device:
    """A GPU as torch sees it; memory in GiB."""

    name: str
    memory_gb: float
    bf16: bool


@dataclass(frozen=True)
class Torch:
    """The build of torch and what it finds.

    Attributes:
        version: with the local part, e.g. 2.13.0+cpu.
        cuda: version of CUDA it was built for; null for a build without CUDA.
        hip: the same for ROCm.
        devices: CUDA (or ROCm) devices that it can use.
        cuda_error: why it can use none, if it was built for CUDA.
        mps: whether Apple's GPU can be used.
    """

    version: str
    cuda: str | None = None
    hip: str | None = None
    devices: tuple[Device, ...] = ()
    cuda_error: str = ""
    mps: bool = False


@dataclass(frozen=True)
class FourBit:
    """bitsandbytes' library and one 4-bit layer, run forward and backward.

    Attributes:
        version: of bitsandbytes.
        library: name of the compiled library's class, e.g. CudaBNBNativeLibrary.
        loaded: whether it could be loaded.
        avx512_bf16: whether it uses the CPU's avx512_bf16 instructions.
        device: on which the layer ran; empty if it did not.
        gradient_cosine: of the layer's gradient with that of the unquantized layer; about 1.
        cosine_after_validation: of the gradient with itself after a validation pass; 1 unless the
            weights were repacked in place.
    """

    version: str
    library: str
    loaded: bool
    avx512_bf16: bool
    device: str = ""
    gradient_cosine: float = 0.0
    cosine_after_validation: float = 0.0


@dataclass(frozen=True)
class Libraries:
    """The answers, as far as they came.

    Attributes:
        torch: null if it could not be imported.
        four_bit: null if bitsandbytes could not be imported; without a device if the layer failed.
        failures: what went wrong, by step: torch, bitsandbytes, layer.
    """

    torch: Torch | None = None
    four_bit: FourBit | None = None
    failures: dict[str, str] = field(default_factory=dict)
    timed_out: str = ""


def ask_libraries(command: Sequence[str] = PROBE, timeout: float = TIMEOUT_SECONDS) -> Libraries:
    """Run the probe and read what it said until it ended, crashed or took too long.

    Args:
        command: that runs `library_probe`.
        timeout: in seconds.
    """
    environment = {"OMP_WAIT_POLICY": "PASSIVE", "HF_HUB_OFFLINE": "1", **os.environ}
    try:
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        said = late.stdout or b""
        answers = read_answers(said.decode(errors="replace") if isinstance(said, bytes) else said)
        return _libraries(answers, timed_out=_unfinished(answers))
    answers = read_answers(done.stdout)
    if done.returncode != 0 and (step := _unfinished(answers)):
        answers[step] = {"failure": _death(done.returncode, done.stderr)}
    return _libraries(answers)


def read_answers(said: str) -> dict[str, dict[str, object]]:
    """The last word on each step; an empty one was begun and not ended."""
    answers: dict[str, dict[str, object]] = {}
    for line in said.splitlines():
        try:
            step, answer = json.loads(line)
        except ValueError:  # the line that the process died in
            continue
        answers[step] = answer
    return answers


def _unfinished(answers: dict[str, dict[str, object]]) -> str:
    return next((step for step, answer in answers.items() if not answer), "" if answers else "python")


def _death(code: int, stderr: str) -> str:
    last = stderr.strip().splitlines()[-1:] or [""]
    if code < 0:
        try:
            name = signal.strsignal(-code) or signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        return f"killed the process: {name}"
    return f"ended the process with code {code}: {last[0]}"


def _libraries(answers: dict[str, dict[str, object]], timed_out: str = "") -> Libraries:
    failures = {step: str(answer["failure"]) for step, answer in answers.items() if "failure" in answer}
    torch = four_bit = None
    if facts := _facts(answers, "torch"):
        devices = facts.pop("devices")
        assert isinstance(devices, list)  # noqa: S101 - our own probe wrote it
        torch = Torch(**facts, devices=tuple(Device(**device) for device in devices))  # type: ignore[arg-type]
    if facts := _facts(answers, "bitsandbytes"):
        four_bit = FourBit(**facts, **_facts(answers, "layer"))  # type: ignore[arg-type]
    return Libraries(torch, four_bit, failures, timed_out)


def _facts(answers: dict[str, dict[str, object]], step: str) -> dict[str, object]:
    answer = answers.get(step, {})
    return {} if "failure" in answer else dict(answer)
