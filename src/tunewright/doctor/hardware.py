"""The project's hardware profile against the machine: device, precision, attention, memory."""

from __future__ import annotations

import importlib.util
import platform
from collections.abc import Iterator
from dataclasses import dataclass

from tunewright.config.schema import Settings
from tunewright.doctor.examined import Examined
from tunewright.doctor.finding import Finding, ok, skipped, warning, wrong
from tunewright.doctor.libraries import Device, Torch
from tunewright.models.machine import CPU_BF16, cpu_flags, memory_bytes
from tunewright.training.memory import USABLE_SHARE, static_bytes
from tunewright.training.plan import model_shape

NEEDS_LIBRARIES = True
GIB = 2**30
TOLERATED_SHARE = 0.9
"""A card of 24 GB reports 23.5: only less than this share of the profile's memory counts as less."""


@dataclass(frozen=True)
class Machine:
    """What the profile is held against.

    Attributes:
        devices: GPUs that torch can use.
        mps: whether Apple's GPU can be used.
        memory: main memory in bytes.
        cpu_flags: of the processor; empty where the system does not tell.
        flash_attention: whether flash_attn is installed.
    """

    devices: tuple[Device, ...] = ()
    mps: bool = False
    memory: int = 0
    cpu_flags: frozenset[str] = frozenset()
    flash_attention: bool = False


def check(examined: Examined) -> Iterator[Finding]:
    """Hold the profile against the machine."""
    torch = examined.libraries.result().torch
    if examined.settings is None:
        return
    if torch is None:
        yield skipped("hardware.device", "torch could not be asked what is here")
    else:
        yield from judge(examined.settings, this_machine(torch))


def this_machine(torch: Torch) -> Machine:
    """Describe the machine at hand."""
    return Machine(
        devices=torch.devices,
        mps=torch.mps,
        memory=memory_bytes(),
        cpu_flags=cpu_flags(),
        flash_attention=importlib.util.find_spec("flash_attn") is not None,
    )


def judge(settings: Settings, machine: Machine) -> Iterator[Finding]:
    """Each way in which profile and machine differ."""
    yield device(settings, machine)
    yield precision(settings, machine)
    if settings.hardware.attn_implementation == "flash_attention_2" and not machine.flash_attention:
        yield wrong(
            "hardware.attention",
            "the profile wants flash_attention_2, and flash_attn is not installed",
            "hardware.attn_implementation",
            "pip install flash-attn, or: tunewright set hardware.attn_implementation=sdpa",
        )
    yield memory(settings, machine)


def device(settings: Settings, machine: Machine) -> Finding:
    """Are the devices there that the profile names?"""
    profile, name = settings.hardware, settings.choices.hardware
    there = f"{len(machine.devices)} that torch can use"
    if profile.device == "cuda" and len(machine.devices) < profile.devices:
        return wrong(
            "hardware.device",
            f"hardware={name} wants {profile.devices} CUDA device(s); there are {there}",
            "hardware.device",
            "run it on the GPU machine, or here: tunewright set hardware=cpu && tunewright plan",
        )
    if profile.device == "mps" and not machine.mps:
        return wrong(
            "hardware.device",
            f"hardware={name} wants Apple's GPU; this is {platform.system()} {platform.machine()} without it",
            "hardware.device",
            "tunewright set hardware=cpu",
        )
    if profile.device == "cpu" and machine.devices:
        found = machine.devices[0].name
        fix = "`tunewright options hardware` lists the profiles; then: tunewright set hardware=NAME"
        return warning("hardware.device", f"hardware={name} leaves {found} unused", "hardware.device", fix)
    return ok("hardware.device", f"hardware={name}: {profile.devices} {profile.device} device(s), there")


def precision(settings: Settings, machine: Machine) -> Finding:
    """Can the device compute in the profile's precision?"""
    profile = settings.hardware
    id_ = key = "hardware.precision"
    if profile.device == "cpu" and profile.precision == "fp32" and machine.cpu_flags & CPU_BF16:
        message = "this CPU computes in bf16, about 1.6 times as fast as fp32"
        return warning(id_, message, key, "tunewright set hardware=cpu-bf16")
    if profile.precision != "bf16":
        return ok(id_, f"{profile.precision} works on every {profile.device} device", key)
    if profile.device == "cuda":
        without = [one.name for one in machine.devices[: profile.devices] if not one.bf16]
        if without:
            fix = "tunewright set hardware.supports_bf16=false hardware.precision=fp16"
            return wrong(id_, f"{without[0]} has no bfloat16", key, fix)
    elif profile.device == "cpu" and machine.cpu_flags and not machine.cpu_flags & CPU_BF16:
        message = (
            "this CPU has no bfloat16 arithmetic (avx512_bf16, amx_bf16): bf16 works, but many times "
            "slower than fp32"
        )
        return warning(id_, message, key, "tunewright set hardware=cpu")
    return ok(id_, f"{profile.precision} on {profile.device}", key)


def memory(settings: Settings, machine: Machine) -> Finding:
    """Is there as much memory as the profile says, and enough for weights, gradients and optimizer?"""
    profile = settings.hardware
    id_ = "hardware.memory"
    real = machine.memory if profile.device != "cuda" else _smallest(machine.devices[: profile.devices])
    if not real:
        return skipped(id_, "no device whose memory could be asked")
    stated = profile.memory_gb
    if stated is not None and real < TOLERATED_SHARE * stated * GIB:
        return wrong(
            id_,
            f"hardware={settings.choices.hardware} says {stated:g} GB, the device has {real / GIB:.1f}",
            "hardware.memory_gb",
            f"tunewright set hardware.memory_gb={int(real / GIB)}, or another hardware profile",
        )
    sizes = settings.model.sizes
    if sizes is None:
        return ok(id_, f"{real / GIB:.1f} GB; model.sizes is null, so nobody knows what is needed")
    needed = static_bytes(model_shape(sizes, settings.method, profile), profile)
    usable = USABLE_SHARE[profile.device] * min(real, stated * GIB if stated else real)
    if needed > usable:
        return wrong(
            id_,
            f"weights, gradients and optimizer take about {needed / GIB:.1f} GB on each device, "
            f"{usable / GIB:.1f} of its {real / GIB:.1f} GB are usable",
            "model",
            "tunewright plan; a smaller model, or: tunewright set method=qlora",
        )
    return ok(id_, f"{real / GIB:.1f} GB; weights and optimizer take {needed / GIB:.1f}, rows come on top")


def _smallest(devices: tuple[Device, ...]) -> float:
    return min((one.memory_gb for one in devices), default=0.0) * GIB
