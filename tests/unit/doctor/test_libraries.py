"""torch and bitsandbytes in a process of their own: answers, crashes, silence, and what they mean."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

import pytest

from tunewright.doctor import four_bit, gpu
from tunewright.doctor.libraries import FourBit, Libraries, Torch, ask_libraries
from tunewright.doctor.nvidia import Gpu, Nvidia, ask_nvidia, count_on_bus, read_gpus

from .conftest import CPU, GPU, one, said

CARD = Nvidia((Gpu("NVIDIA A100", 40.0, "570.1"),))
TORCH_FACTS = {
    "version": "2.13.0+cpu",
    "cuda": None,
    "hip": None,
    "devices": [],
    "cuda_error": "",
    "mps": False,
}
TORCH_SAID = json.dumps(["torch", TORCH_FACTS])


def probe(*lines: str) -> list[str]:
    """A command that stands for the probe."""
    return [sys.executable, "-c", "\n".join(["import os, signal, sys, time", *lines])]


def tell(text: str) -> str:
    return f"print({text!r}, flush=True)"


def test_the_real_probe_runs_a_layer() -> None:
    libraries = ask_libraries()
    assert libraries.failures == {}
    assert libraries.timed_out == ""
    assert libraries.torch is not None
    assert libraries.four_bit is not None
    assert libraries.four_bit.loaded
    assert libraries.four_bit.gradient_cosine > 0.97
    assert {finding.status for finding in four_bit.judge(libraries, wanted=True)} == {"ok"}
    # The trap of DESIGN section 6, measured here: repacked weights give other gradients.
    repacked = libraries.four_bit.cosine_after_validation < 0.999
    assert repacked == (libraries.four_bit.avx512_bf16 and libraries.four_bit.device == "cpu")


def test_a_crash_is_a_finding_that_names_step_and_signal() -> None:
    crash = probe(tell(TORCH_SAID), tell('["bitsandbytes", {}]'), "os.kill(os.getpid(), signal.SIGILL)")
    libraries = ask_libraries(crash)
    assert libraries.torch == Torch(version="2.13.0+cpu")
    assert libraries.failures == {"bitsandbytes": "killed the process: Illegal instruction"}
    status, text = one(four_bit.judge(libraries, wanted=True))
    assert status == "wrong"
    assert "Illegal instruction" in text
    assert one(four_bit.judge(libraries, wanted=False))[0] == "warning"


def test_a_torch_that_cannot_be_imported() -> None:
    gone = ask_libraries(probe(tell('["torch", {}]'), "sys.exit('libcudart.so.12: cannot open')"))
    status, text = one(gpu.torch_build(gone, Nvidia(), wanted=False))
    assert status == "wrong"
    assert "libcudart.so.12" in text
    assert one(four_bit.judge(gone, wanted=True))[0] == "skipped"


def test_a_probe_that_does_not_even_start() -> None:
    nothing = ask_libraries(probe("sys.exit('no module')"))
    assert "no module" in one(gpu.torch_build(nothing, Nvidia(), wanted=False))[1]


def test_a_failure_is_told_by_the_probe_itself() -> None:
    failed = ask_libraries(probe(tell('["torch", {"failure": "ImportError: no torch"}]')))
    assert "ImportError: no torch" in one(gpu.torch_build(failed, Nvidia(), wanted=False))[1]


@pytest.mark.parametrize(("lines", "step"), [((), "python"), ((TORCH_SAID, '["layer", {}]'), "layer")])
def test_silence_is_not_checked_rather_than_wrong(lines: tuple[str, ...], step: str) -> None:
    late = ask_libraries(probe(*map(tell, lines), "time.sleep(60)"), timeout=2)
    assert late.timed_out == step
    findings = [*gpu.torch_build(late, Nvidia(), wanted=True), *four_bit.judge(late, wanted=True)]
    assert any(finding.unchecked for finding in findings)
    assert all(finding.status != "wrong" for finding in findings)


def test_the_library_for_the_gpu_must_load() -> None:
    assert {status for status, _ in said(four_bit.judge(GPU, wanted=True))} == {"ok"}
    assert GPU.four_bit is not None
    on_cpu = replace(GPU, four_bit=replace(GPU.four_bit, library="BNBNativeLibrary"))
    assert one(four_bit.judge(on_cpu, wanted=True), "four_bit.library")[0] == "wrong"
    failed = replace(GPU, four_bit=replace(GPU.four_bit, loaded=False))
    assert one(four_bit.judge(failed, wanted=True), "four_bit.library")[0] == "wrong"


def layer(**changes: object) -> Libraries:
    assert CPU.four_bit is not None
    return replace(CPU, four_bit=replace(CPU.four_bit, **changes))


def test_a_layer_with_wrong_gradients() -> None:
    status, text = one(four_bit.judge(layer(gradient_cosine=0.3), wanted=True), "four_bit.layer")
    assert status == "wrong"
    assert "0.30" in text
    failed = Libraries(
        CPU.torch, FourBit("0.50.2", "BNBNativeLibrary", True, False), {"layer": "RuntimeError: x"}
    )
    assert one(four_bit.judge(failed, wanted=True), "four_bit.layer")[0] == "wrong"


def test_the_trap_of_some_cpus_is_told() -> None:
    assert (
        "avx512_bf16"
        in one(four_bit.judge(layer(cosine_after_validation=0.34), wanted=True), "four_bit.repacking")[1]
    )
    assert "avx512_bf16" not in one(four_bit.judge(CPU, wanted=True), "four_bit.repacking")[1]


BUILDS = [
    # torch, GPUs, does the project want cuda -> status, word
    (CPU, Nvidia(), False, "ok", "for the CPU"),
    (GPU, CARD, True, "ok", "uses 1 GPU"),
    (CPU, CARD, True, "wrong", "without CUDA"),
    (CPU, CARD, False, "warning", "without CUDA"),
    (CPU, Nvidia(on_the_bus=1), True, "wrong", "without CUDA"),
    (Libraries(Torch("2.13.0", cuda="12.8")), Nvidia(), True, "wrong", "no GPU driver"),
    (Libraries(Torch("2.13.0", cuda="12.8")), Nvidia(), False, "ok", "runs on the CPU"),
    (
        Libraries(Torch("2.13.0", cuda="12.8", cuda_error="driver too old")),
        CARD,
        True,
        "wrong",
        "driver too old",
    ),
]


@pytest.mark.parametrize(("libraries", "nvidia", "wanted", "status", "word"), BUILDS)
def test_torch_build(libraries: Libraries, nvidia: Nvidia, wanted: bool, status: str, word: str) -> None:
    found, text = one(gpu.torch_build(libraries, nvidia, wanted=wanted))
    assert found == status
    assert word in text


@pytest.mark.parametrize(
    ("nvidia", "wanted", "status", "word"),
    [
        (CARD, True, "ok", "A100 (40 GB), driver 570.1"),
        (Nvidia(), False, "ok", "no NVIDIA GPU"),
        (Nvidia(on_the_bus=2), False, "warning", "no driver"),
        (Nvidia(on_the_bus=2), True, "wrong", "no driver"),
        (Nvidia(driver_error="Driver/library version mismatch"), True, "wrong", "version mismatch"),
    ],
)
def test_driver(nvidia: Nvidia, wanted: bool, status: str, word: str) -> None:
    finding = gpu.driver(nvidia, wanted=wanted)
    assert finding.status == status
    assert word in finding.message


def fake_nvidia_smi(folder, monkeypatch, text: str, code: int) -> None:
    script = folder / "nvidia-smi"
    script.write_text(f"#!/bin/sh\necho '{text}'\nexit {code}\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_nvidia_smi_is_asked(tmp_path, monkeypatch) -> None:
    fake_nvidia_smi(tmp_path, monkeypatch, "NVIDIA A100-SXM4-40GB, 40960, 570.86.10", 0)
    assert ask_nvidia().gpus == (Gpu("NVIDIA A100-SXM4-40GB", 40.0, "570.86.10"),)
    fake_nvidia_smi(tmp_path, monkeypatch, "Failed to initialize NVML: Driver/library version mismatch", 18)
    assert "version mismatch" in ask_nvidia().driver_error
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert ask_nvidia().gpus == ()
    assert read_gpus("NVIDIA GB10, [N/A], 580.1\n\n") == (Gpu("NVIDIA GB10", 0.0, "580.1"),)


def test_gpus_without_a_driver_are_seen_on_the_bus(tmp_path) -> None:
    for name, vendor, kind in (
        ("a", "0x10de", "0x030200"),
        ("b", "0x10de", "0x040300"),
        ("c", "0x8086", "0x030000"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "vendor").write_text(f"{vendor}\n")
        (tmp_path / name / "class").write_text(f"{kind}\n")
    assert count_on_bus(tmp_path) == 1
    assert count_on_bus(tmp_path / "none") == 0
