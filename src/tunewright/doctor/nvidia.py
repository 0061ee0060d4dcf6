"""Which NVIDIA GPUs this machine has, asked of the driver and of the bus; torch is not needed for it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

TIMEOUT_SECONDS = 20.0
QUERY = ("nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader,nounits")
PCI = Path("/sys/bus/pci/devices")
VENDOR = "0x10de"
DISPLAY_CLASS = "0x03"


@dataclass(frozen=True)
class Gpu:
    """A GPU as its driver names it; memory in GiB."""

    name: str
    memory_gb: float
    driver: str


@dataclass(frozen=True)
class Nvidia:
    """What driver and bus say.

    Attributes:
        gpus: that the driver serves.
        driver_error: what nvidia-smi complains about; empty if it works or is not there.
        on_the_bus: NVIDIA display devices on the PCI bus (0 where that cannot be seen).
    """

    gpus: tuple[Gpu, ...] = ()
    driver_error: str = ""
    on_the_bus: int = 0

    @property
    def present(self) -> bool:
        """Whether there is a GPU, served by a driver or not."""
        return bool(self.gpus) or self.on_the_bus > 0


def ask_nvidia() -> Nvidia:
    """Ask `nvidia-smi`, and look at the PCI bus."""
    bus = count_on_bus(PCI)
    try:
        done = subprocess.run(
            QUERY, capture_output=True, text=True, errors="replace", timeout=TIMEOUT_SECONDS, check=False
        )
    except FileNotFoundError:
        return Nvidia(on_the_bus=bus)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Nvidia(driver_error=f"nvidia-smi does not answer: {type(error).__name__}", on_the_bus=bus)
    if done.returncode != 0:
        lines = (done.stdout + done.stderr).strip().splitlines() or [f"exit code {done.returncode}"]
        return Nvidia(driver_error=lines[0], on_the_bus=bus)
    return Nvidia(read_gpus(done.stdout), on_the_bus=bus)


def read_gpus(said: str) -> tuple[Gpu, ...]:
    """The lines of `nvidia-smi --query-gpu`; memory comes in MiB, or as [N/A] where it is shared."""
    found = []
    for line in said.splitlines():
        parts = [part.strip() for part in line.rsplit(",", 2)]
        if len(parts) == 3:
            name, memory, driver = parts
            found.append(Gpu(name, int(memory) / 1024 if memory.isdigit() else 0.0, driver))
    return tuple(found)


def count_on_bus(pci: Path) -> int:
    """NVIDIA display devices on the PCI bus; Linux alone tells."""
    count = 0
    for device in pci.glob("*") if pci.is_dir() else ():
        try:
            vendor, kind = (device / "vendor").read_text(), (device / "class").read_text()
        except OSError:
            continue
        count += vendor.strip() == VENDOR and kind.startswith(DISPLAY_CLASS)
    return count
