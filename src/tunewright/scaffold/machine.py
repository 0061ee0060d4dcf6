"""The machine at hand: which hardware profile suits it. Asks nvidia-smi and the platform, never torch."""

from __future__ import annotations

import platform
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tunewright.config.places import packaged_conf
from tunewright.config.yaml_file import read_yaml
from tunewright.models.machine import CPU_BF16, cpu_flags

NVIDIA_SMI = (
    "nvidia-smi",
    "--query-gpu=name,memory.total,compute_cap",
    "--format=csv,noheader,nounits",
)
SECONDS_TO_ANSWER = 10
BF16_SINCE = 8.0  # compute capability of the first NVIDIA generation with bfloat16 arithmetic
KEPT_BACK = 0.9  # drivers and error correction keep some of what the name says


@dataclass(frozen=True)
class Gpu:
    """One NVIDIA device.

    Attributes:
        name: as the driver says it.
        memory_gb: in GiB.
        capability: compute capability, such as 8.9.
    """

    name: str
    memory_gb: float
    capability: float


@dataclass(frozen=True)
class Profile:
    """What an option of the group hardware says of its machine."""

    option: str
    device: str
    devices: int
    memory_gb: float
    supports_bf16: bool


@dataclass(frozen=True)
class Found:
    """What was found.

    Attributes:
        option: the hardware profile that suits best.
        what: the machine in words; empty if there is nothing but a CPU.
    """

    option: str
    what: str


def look_at_machine() -> Found:
    """Find the GPU and its profile; without one, or with too small a one, it is `cpu` or `cpu-bf16`."""
    if (platform.system(), platform.machine()) == ("Darwin", "arm64"):
        return Found("mps", "Apple silicon")
    found = profile_for(gpus(), profiles(packaged_conf() / "hardware"))
    if found.option == "cpu" and cpu_flags() & CPU_BF16:
        return Found("cpu-bf16", found.what or "a CPU that computes in bf16")
    return found


def gpus() -> list[Gpu]:
    """The NVIDIA devices that the driver lists; none if there is no driver or it does not answer."""
    try:
        done = subprocess.run(
            NVIDIA_SMI,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS_TO_ANSWER,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return list(_parsed(done.stdout))


def _parsed(listing: str) -> Iterator[Gpu]:
    for line in listing.splitlines():
        parts = [part.strip() for part in line.split(",")]
        try:
            name, memory_mib, capability = parts
            yield Gpu(name, float(memory_mib) / 1024, float(capability))
        except ValueError:  # an old driver, or a device that says [N/A]
            continue


def profiles(folder: Path) -> list[Profile]:
    """The packaged options of the group hardware."""
    return [
        Profile(
            path.stem,
            str(content["device"]),
            int(content["devices"]),
            float(content["memory_gb"] or 0),
            bool(content["supports_bf16"]),
        )
        for path in sorted(folder.glob("*.yaml"))
        for content in [read_yaml(path, path.name)]
    ]


def profile_for(there: list[Gpu], known: list[Profile]) -> Found:
    """The profile named like the device; else the largest that it can stand in for; else `cpu`."""
    if not there:
        return Found("cpu", "")
    first = there[0]
    count = len(there) if all(gpu.name == first.name for gpu in there) else 1
    what = f"{f'{count} x ' if count > 1 else ''}{first.name}, {first.memory_gb:.0f} GB"
    fitting = [
        profile
        for profile in known
        if profile.device == "cuda"
        and first.memory_gb >= KEPT_BACK * profile.memory_gb
        and (first.capability >= BF16_SINCE or not profile.supports_bf16)
    ]
    # As many devices as there are, or one; then the name; then memory.
    ranked = sorted(
        (profile for profile in fitting if profile.devices in {1, count}),
        key=lambda profile: (_named(profile, first), profile.devices, profile.memory_gb),
    )
    if not ranked:
        return Found("cpu", f"{what}: too little memory for any packaged profile")
    return Found(ranked[-1].option, what)


def _named(profile: Profile, gpu: Gpu) -> bool:
    """Whether the option is called like the device: a100-80gb like "NVIDIA A100-SXM4-80GB"."""
    words = re.findall(r"[a-z0-9]+", gpu.name.lower())
    words += [first + second for first, second in pairwise(words)]
    words.append(f"{gpu.memory_gb:.0f}gb")
    single = re.sub(rf"^{profile.devices}x", "", profile.option)
    return set(single.split("-")) <= set(words)
