"""The hardware profile of the machine at hand, told from what nvidia-smi and the platform say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tunewright.config.places import packaged_conf
from tunewright.scaffold.machine import Found, look_at_machine, profiles

A100 = "NVIDIA A100-SXM4-80GB, 81920, 8.0"
H100 = "NVIDIA H100 80GB HBM3, 81559, 9.0"


@pytest.fixture
def nvidia_smi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fake `nvidia-smi`, the only program on the PATH; write what it does into it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("tunewright.scaffold.machine.cpu_flags", frozenset)
    return tmp_path / "nvidia-smi"


def answers(fake: Path, *lines: str) -> None:
    fake.write_text("#!/bin/sh\n" + "".join(f"echo '{line}'\n" for line in lines))
    fake.chmod(0o755)


@pytest.mark.parametrize(
    ("lines", "option"),
    [
        (["Tesla T4, 15360, 7.5"], "t4"),
        (["NVIDIA L4, 23034, 8.9"], "l4"),
        (["NVIDIA A10G, 23028, 8.6"], "a10g"),
        (["NVIDIA GeForce RTX 4090, 24564, 8.9"], "rtx4090"),
        (["NVIDIA A100-PCIE-40GB, 40960, 8.0"], "a100-40gb"),
        ([A100], "a100-80gb"),
        (["NVIDIA A100 80GB PCIe, 81920, 8.0"], "a100-80gb"),
        ([H100], "h100-80gb"),
        (["NVIDIA H100 PCIe, 81559, 9.0"], "h100-80gb"),
        ([A100] * 4, "4xa100-80gb"),
        ([H100] * 8, "8xh100-80gb"),
        ([H100] * 4, "h100-80gb"),
        ([A100] * 3, "a100-80gb"),
        ([A100, H100, A100, A100], "a100-80gb"),
        (["NVIDIA L40S, 46068, 8.9"], "a100-40gb"),
        (["NVIDIA GeForce RTX 4090 Laptop GPU, 16376, 8.9"], "t4"),
        (["Tesla V100-SXM2-32GB, 32768, 7.0"], "t4"),
        (["NVIDIA GeForce GTX 1650, 4096, 7.5"], "cpu"),
        (["NVIDIA Thing, [N/A], [N/A]"], "cpu"),
        (["NVIDIA-SMI has failed because it could not communicate with the driver."], "cpu"),
        ([], "cpu"),
    ],
)
def test_profile(nvidia_smi: Path, lines: list[str], option: str) -> None:
    answers(nvidia_smi, *lines)
    assert look_at_machine().option == option


def test_too_small_a_gpu_is_named(nvidia_smi: Path) -> None:
    answers(nvidia_smi, "NVIDIA GeForce GTX 1650, 4096, 7.5")
    assert look_at_machine() == Found(
        "cpu", "NVIDIA GeForce GTX 1650, 4 GB: too little memory for any packaged profile"
    )


def test_every_packaged_gpu_profile_can_be_found() -> None:
    """A profile added later is found by its name, without a word here."""
    from tunewright.scaffold.machine import Gpu, profile_for

    known = profiles(packaged_conf() / "hardware")
    gpus = [profile for profile in known if profile.device == "cuda"]
    assert len(gpus) >= 9
    for profile in gpus:
        name = profile.option.removeprefix(f"{profile.devices}x").replace("-", " ")
        capability = 8.0 if profile.supports_bf16 else 7.5
        there = [Gpu(f"NVIDIA {name}", profile.memory_gb, capability)] * profile.devices
        assert profile_for(there, known).option == profile.option


@pytest.mark.parametrize("broken", ["exit 9", "kill -9 $$", r"printf '\377\376,,,\n'"])
def test_a_broken_driver_is_no_gpu(nvidia_smi: Path, broken: str) -> None:
    nvidia_smi.write_text(f"#!/bin/sh\n{broken}\n")
    nvidia_smi.chmod(0o755)
    assert look_at_machine() == Found("cpu", "")


def test_a_driver_that_hangs_is_no_gpu(nvidia_smi: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nvidia_smi.write_text("#!/bin/sh\nexec /bin/sleep 20\n")
    nvidia_smi.chmod(0o755)
    monkeypatch.setattr("tunewright.scaffold.machine.SECONDS_TO_ANSWER", 0.2)
    assert look_at_machine() == Found("cpu", "")


def test_without_a_driver_there_is_a_cpu(nvidia_smi: Path) -> None:
    assert not nvidia_smi.exists()
    assert look_at_machine() == Found("cpu", "")


def test_a_cpu_with_bf16(nvidia_smi: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tunewright.scaffold.machine.cpu_flags", lambda: frozenset({"avx2", "avx512_bf16"}))
    assert look_at_machine() == Found("cpu-bf16", "a CPU that computes in bf16")
    answers(nvidia_smi, "Tesla T4, 15360, 7.5")
    assert look_at_machine().option == "t4"


@pytest.mark.parametrize(("machine", "option"), [("arm64", "mps"), ("x86_64", "cpu")])
def test_apple(nvidia_smi: Path, monkeypatch: pytest.MonkeyPatch, machine: str, option: str) -> None:
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    monkeypatch.setattr("platform.machine", lambda: machine)
    assert look_at_machine().option == option


def test_torch_is_not_imported() -> None:
    code = (
        "import sys; from tunewright.scaffold.machine import look_at_machine; look_at_machine(); "
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
