"""How many rows fit into a pass."""

from __future__ import annotations

import pytest

from tunewright.config.schema.hardware import Hardware
from tunewright.errors import TrainingError
from tunewright.training.memory import ModelShape, choose_micro_batch_size, row_bytes, static_bytes

from .conftest import make_hardware

SMALL = ModelShape(576, 1536, 30, 9, 49152, weight_bytes=130 * 2**20, trainable_parameters=4_900_000)
LARGE = ModelShape(4096, 14336, 32, 32, 128256, weight_bytes=6 * 2**30, trainable_parameters=42_000_000)


def choose(
    hardware: Hardware, *, gigabytes: float, size: int = 16, shape: ModelShape = SMALL, length: int = 512
) -> int:
    return choose_micro_batch_size(
        hardware, shape, global_batch_size=size, memory_bytes=gigabytes * 2**30, length=length, trained=64
    )


def gpu(**changes: object) -> Hardware:
    return make_hardware(device="cuda", precision="bf16", attn_implementation="sdpa", **changes)


def test_more_memory_takes_more_rows_and_never_more_than_a_devices_share() -> None:
    sizes = [choose(gpu(), gigabytes=gigabytes) for gigabytes in (1, 4, 8, 16, 80)]
    assert sizes == sorted(sizes)
    assert sizes[0] == 1 and sizes[-1] == 16 and len(set(sizes)) > 2
    assert choose(gpu(devices=4, strategy="ddp"), gigabytes=80) == 4


def test_the_size_divides_the_share() -> None:
    assert choose(gpu(), gigabytes=80, size=12) == 12
    assert 12 % choose(gpu(), gigabytes=8, size=12) == 0


def test_what_saves_memory_takes_more_rows() -> None:
    assert choose(gpu(gradient_checkpointing=True), gigabytes=12, shape=LARGE) > choose(
        gpu(), gigabytes=12, shape=LARGE
    )
    assert row_bytes(SMALL, gpu(), length=256, trained=32) < row_bytes(SMALL, gpu(), length=512, trained=32)
    sharded = make_hardware(device="cuda", devices=4, strategy="fsdp", precision="bf16")
    assert static_bytes(LARGE, sharded) == pytest.approx(static_bytes(LARGE, gpu()) / 4)


def test_a_cpu_takes_no_more_tokens_than_help() -> None:
    cpu = make_hardware(precision="bf16")
    assert choose(cpu, gigabytes=1000, length=240) == 8
    assert choose(cpu, gigabytes=1000, length=128) == 16


def test_the_estimate_is_near_what_was_measured() -> None:
    """16 rows of up to 234 tokens of the 135M model in 4 bits took 6.4 GB on a cpu with eager attention."""
    hardware = make_hardware(precision="bf16", attn_implementation="eager")
    estimate = static_bytes(SMALL, hardware) + 16 * row_bytes(SMALL, hardware, length=220, trained=40)
    assert 4e9 < estimate < 9e9


def test_a_given_size_is_kept_and_must_divide() -> None:
    assert choose(make_hardware(micro_batch_size=2), gigabytes=0.001) == 2
    with pytest.raises(TrainingError, match="5 rows per pass do not divide the 16 rows") as caught:
        choose(make_hardware(micro_batch_size=5), gigabytes=8)
    assert "1, 2, 4, 8, 16" in caught.value.fix
