"""How much memory a training pass takes, and how many rows fit into one.

An estimate to choose by, not a promise: weights and optimizer state are counted, activations follow
the usual accounting of a transformer layer (Korthikanti et al. 2022, arXiv:2205.05198) for gated
feed-forward layers, checked against a 135M model on the CPU (1.6 MB per token).
"""

from __future__ import annotations

from dataclasses import dataclass

from tunewright.config.schema.hardware import Hardware
from tunewright.errors import TrainingError

USABLE_SHARE = {"cpu": 0.5, "cuda": 0.85, "mps": 0.6}
"""Of the device's memory: on a cpu and on mps the rest of the machine lives there too."""

CPU_TOKENS_PER_PASS = 3072
"""On a cpu a larger pass is not faster, it only pads more."""


@dataclass(frozen=True)
class ModelShape:
    """What the estimate needs to know of the model.

    Attributes:
        hidden_size, intermediate_size, num_hidden_layers, num_attention_heads, vocab_size: as in config.json.
        weight_bytes: of all weights as they are held in memory, adapters included.
        trainable_parameters: weights that get gradients and optimizer state.
    """

    hidden_size: int
    intermediate_size: int
    num_hidden_layers: int
    num_attention_heads: int
    vocab_size: int
    weight_bytes: int
    trainable_parameters: int


def static_bytes(shape: ModelShape, hardware: Hardware) -> float:
    """Bytes per device of weights, fp32 gradients and Adam's two moments."""
    total = shape.weight_bytes + 12 * shape.trainable_parameters
    return total / hardware.devices if hardware.strategy == "fsdp" else total


def row_bytes(shape: ModelShape, hardware: Hardware, *, length: int, trained: int) -> float:
    """Bytes that one row of a pass adds.

    Args:
        shape: the model.
        hardware: precision, attention and gradient checkpointing count.
        length: tokens of the row.
        trained: tokens of it on which the loss is taken.
    """
    width = 4 if hardware.precision == "fp32" else 2
    layer = length * width * (16 * shape.hidden_size + 8 * shape.intermediate_size)
    if hardware.attn_implementation == "eager":
        layer += shape.num_attention_heads * length * length * (4 + 2 * width)
    kept = (
        shape.num_hidden_layers * length * shape.hidden_size * width + layer
        if hardware.gradient_checkpointing
        else shape.num_hidden_layers * layer
    )
    logits = trained * shape.vocab_size * (2 * width + 8)
    return kept + logits


def choose_micro_batch_size(
    hardware: Hardware,
    shape: ModelShape,
    *,
    global_batch_size: int,
    memory_bytes: float,
    length: int,
    trained: int,
) -> int:
    """Rows per device and pass: what the hardware says, or with `auto` the most that fits.

    Args:
        hardware: the profile.
        shape: the model.
        global_batch_size: rows per optimizer step over all devices.
        memory_bytes: of one device.
        length: tokens of the longest row.
        trained: most trained tokens of a row.

    Returns:
        A divisor of a device's share of the global batch; 1 if the estimate says that not even one
        row fits.

    Raises:
        TrainingError: the hardware names a size that divides no device's share.
    """
    share = global_batch_size // hardware.devices
    if hardware.micro_batch_size != "auto":
        if share % hardware.micro_batch_size:
            raise TrainingError(
                f"{hardware.micro_batch_size} rows per pass do not divide the {share} rows that each of "
                f"{hardware.devices} devices has of method.global_batch_size {global_batch_size}",
                where="hardware.micro_batch_size",
                fix=f"tunewright set hardware.micro_batch_size=auto, or one of: {_list(divisors(share))}",
            )
        return hardware.micro_batch_size
    free = memory_bytes * USABLE_SHARE[hardware.device] - static_bytes(shape, hardware)
    fitting = int(free / row_bytes(shape, hardware, length=length, trained=trained))
    if hardware.device == "cpu":
        fitting = min(fitting, CPU_TOKENS_PER_PASS // length)
    return max((size for size in divisors(share) if size <= fitting), default=1)


def divisors(number: int) -> list[int]:
    """All divisors, smallest first."""
    return [size for size in range(1, number + 1) if number % size == 0]


def _list(sizes: list[int]) -> str:
    return ", ".join(map(str, sizes))
