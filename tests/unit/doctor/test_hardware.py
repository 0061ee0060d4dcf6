"""The hardware profile against machines that are not here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tunewright.doctor.hardware import Machine, judge
from tunewright.models.machine import cpu_flags

from .conftest import A100, T4, one, said

GIB = 2**30
LAPTOP = Machine(memory=16 * GIB, cpu_flags=frozenset({"avx512_bf16", "sse"}))
GPU_BOX = Machine(devices=(A100,), memory=64 * GIB)
BF16 = {"supports_bf16": True, "precision": "bf16"}
CUDA = {"device": "cuda", "memory_gb": 40.0, "attn_implementation": "sdpa", **BF16}


def test_a_profile_that_fits_is_all_green(settings) -> None:
    assert {status for status, _ in said(judge(settings(hardware=BF16), LAPTOP))} == {"ok"}
    assert {status for status, _ in said(judge(settings(), Machine(memory=16 * GIB)))} == {"ok"}
    assert {status for status, _ in said(judge(settings(hardware=CUDA), GPU_BOX))} == {"ok"}


@pytest.mark.parametrize(
    ("hardware", "machine", "id_", "status", "word"),
    [
        (CUDA, LAPTOP, "hardware.device", "wrong", "wants 1 CUDA device(s); there are 0"),
        (CUDA | {"devices": 4, "strategy": "ddp"}, GPU_BOX, "hardware.device", "wrong", "wants 4"),
        ({"device": "mps"}, LAPTOP, "hardware.device", "wrong", "Apple"),
        ({}, Machine((A100,), memory=GIB * 64), "hardware.device", "warning", "leaves NVIDIA A100 unused"),
        (CUDA | {"memory_gb": 14}, Machine((T4,)), "hardware.precision", "wrong", "Tesla T4 has no bfloat16"),
        (
            BF16,
            Machine(memory=GIB * 16, cpu_flags=frozenset({"avx2"})),
            "hardware.precision",
            "warning",
            "slower than fp32",
        ),
        ({}, LAPTOP, "hardware.precision", "warning", "as fast as fp32"),
        (CUDA, Machine((T4,)), "hardware.memory", "wrong", "says 40 GB, the device has 14.6"),
        ({}, Machine(memory=GIB // 4), "hardware.memory", "wrong", "weights, gradients and optimizer"),
        (
            CUDA | {"attn_implementation": "flash_attention_2"},
            GPU_BOX,
            "hardware.attention",
            "wrong",
            "flash_attn",
        ),
    ],
)
def test_each_mismatch(settings, hardware, machine: Machine, id_: str, status: str, word: str) -> None:
    found, text = one(judge(settings(hardware=hardware), machine), id_)
    assert found == status
    assert word in text


def test_fp16_needs_no_bfloat16(settings) -> None:
    profile = CUDA | {"memory_gb": 15, "precision": "fp16", "supports_bf16": False}
    assert {status for status, _ in said(judge(settings(hardware=profile), Machine((T4,))))} == {"ok"}


def test_flags_of_the_processor(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor\t: 0\nflags\t\t: fpu avx512_bf16\nprocessor\t: 1\nflags\t\t: other\n")
    assert cpu_flags(cpuinfo) == {"fpu", "avx512_bf16"}
    cpuinfo.write_text("processor\t: 0\nFeatures\t: fp bf16\n")
    assert "bf16" in cpu_flags(cpuinfo)
    assert cpu_flags(tmp_path / "none") == frozenset()
