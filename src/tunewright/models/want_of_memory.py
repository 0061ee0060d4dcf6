"""Whether memory has run out: as torch and Python say it, and as the system counts it when it kills."""

from __future__ import annotations

from pathlib import Path

VMSTAT = Path("/proc/vmstat")
COUNTER = "oom_kill "
SIGNS = ("DefaultCPUAllocator", "out of memory", "bad_alloc")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error means that memory has run out, on a GPU or on the CPU."""
    import torch

    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error) for sign in SIGNS)


def kills_for_memory() -> int:
    """Processes that the system has killed for want of memory since it started; 0 where it does not say."""
    try:
        lines = VMSTAT.read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.removeprefix(COUNTER)) for line in lines if line.startswith(COUNTER)), 0)
