"""On what a stage ran and how much of it it took: what stands in timings/*.json. Linux and macOS."""

from __future__ import annotations

import os
import platform
import re
import resource
import subprocess
import sys
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

CPU_BF16 = {"avx512_bf16", "amx_bf16", "bf16"}
"""Flags of /proc/cpuinfo (bf16 on Arm) that mean bfloat16 arithmetic in the processor."""

PACKAGES = ("bitsandbytes", "peft", "torch", "transformers", "trl", "tunewright")


@dataclass(frozen=True)
class MachineRecord:
    """The machine.

    Attributes:
        cpu: name of the processor.
        cores: that this process may use.
        memory_gb: main memory in GiB, or the container's limit if that is lower.
        gpu: name of the GPU; null without one.
    """

    cpu: str
    cores: int
    memory_gb: float
    gpu: str | None


@dataclass(frozen=True)
class TimingRecord:
    """What a piece of work cost.

    Attributes:
        seconds: wall time.
        tokens_per_second: of the tokens that the caller counted.
        peak_memory_mb: MiB at the highest point: of the GPU on cuda, else of this process.
        device: on which the work was done: cpu, cuda or mps.
        packages: versions of what the numbers depend on.
        machine: where it ran.
    """

    seconds: float
    tokens_per_second: float
    peak_memory_mb: float
    device: str
    packages: dict[str, str]
    machine: MachineRecord

    def as_dict(self) -> dict[str, Any]:
        """The record as plain JSON values."""
        return asdict(self)


def timing_record(seconds: float, tokens: int) -> TimingRecord:
    """Describe work that this process has just done.

    Args:
        seconds: wall time of the work.
        tokens: that it processed or generated.
    """
    device = device_used()
    return TimingRecord(
        seconds=round(seconds, 3),
        tokens_per_second=round(tokens / seconds, 3) if seconds > 0 else 0.0,
        peak_memory_mb=round(_peak_bytes(device) / 2**20, 1),
        device=device,
        packages=package_versions(),
        machine=machine_record(),
    )


def machine_record() -> MachineRecord:
    """Describe this machine."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return MachineRecord(
        cpu=_cpu_name(), cores=cores, memory_gb=round(memory_bytes() / 2**30, 1), gpu=_gpu_name()
    )


def package_versions() -> dict[str, str]:
    """Versions of the packages that results depend on; a package that is not installed is left out."""
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def device_used() -> str:
    """The device on which this process holds or held tensors; it never imports torch for that."""
    torch = sys.modules.get("torch")
    if torch is None:
        return "cpu"
    if torch.cuda.is_initialized() and torch.cuda.max_memory_allocated() > 0:
        return "cuda"
    if torch.backends.mps.is_available() and torch.mps.current_allocated_memory() > 0:
        return "mps"
    return "cpu"


def memory_bytes() -> int:
    """Main memory of this machine, or the limit of the control group that the process runs in."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except OSError:
        return physical
    return min(physical, int(limit)) if limit.isdigit() else physical


def cpu_flags(cpuinfo: Path = Path("/proc/cpuinfo")) -> frozenset[str]:
    """The flags of the first processor; empty where the system does not tell."""
    found = (line.partition(":") for line in _lines(cpuinfo) if re.match(r"(flags|Features)\s*:", line))
    return frozenset(next((flags for _, _, flags in found), "").split())


def _peak_bytes(device: str) -> int:
    if device == "cuda":
        import torch

        return int(torch.cuda.max_memory_allocated())
    # Linux carries ru_maxrss over from the process that started this one; VmHWM is this process's own.
    for line in _lines(Path("/proc/self/status")):
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _cpu_name() -> str:
    for line in _lines(Path("/proc/cpuinfo")):
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    if sys.platform == "darwin":
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    return platform.processor() or platform.machine()


def _gpu_name() -> str | None:
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        return str(torch.cuda.get_device_name())
    return None


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
