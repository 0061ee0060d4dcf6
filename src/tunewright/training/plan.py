"""What a run will take, said before anything is fetched or trained: steps, memory, time, cost.

Memory is estimated from the sizes in the model's option; time is never guessed from data sheets but
scaled from this project's own last run on the same model, method and hardware.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tunewright.config.schema.hardware import Hardware
from tunewright.config.schema.method import Lora, Method
from tunewright.config.schema.model import Sizes
from tunewright.errors import TrainingError
from tunewright.training.memory import (
    USABLE_SHARE,
    ModelShape,
    choose_micro_batch_size,
    row_bytes,
    static_bytes,
)

BYTES_OF = {"bf16": 2.0, "fp16": 2.0, "fp32": 4.0}
BYTES_OF_4BIT = 0.516  # 4 bits and the doubly quantized constants of blocks of 64
FP32 = 4


@dataclass(frozen=True)
class MemoryPlan:
    """What training takes on one device.

    Attributes:
        needed: bytes of weights, gradients, optimizer and one pass of the longest row.
        usable: bytes that the device can give to training.
        micro_batch_size: rows per pass.
        trainable_parameters: weights that get gradients.
    """

    needed: float
    usable: float
    micro_batch_size: int
    trainable_parameters: int

    @property
    def fits(self) -> bool:
        """Whether the estimate stays below what the device can give."""
        return self.needed <= self.usable


def optimizer_steps(method: Method, rows: int) -> int:
    """Optimizer steps of the whole run."""
    steps = math.ceil(math.ceil(rows / method.global_batch_size) * method.num_train_epochs)
    return min(steps, method.max_steps) if method.max_steps > 0 else steps


def plan_memory(
    sizes: Sizes, method: Method, hardware: Hardware, *, memory_bytes: float, length: int, trained: int
) -> MemoryPlan:
    """Estimate the memory of a training pass.

    Args:
        sizes: of the model.
        method: adapter and quantization decide what is held how.
        hardware: precision, attention, checkpointing, sharding.
        memory_bytes: of one device.
        length: tokens of the longest row.
        trained: most trained tokens of a row.
    """
    shape = model_shape(sizes, method, hardware)
    try:
        micro = choose_micro_batch_size(
            hardware,
            shape,
            global_batch_size=method.global_batch_size,
            memory_bytes=memory_bytes,
            length=length,
            trained=trained,
        )
    except TrainingError:
        micro = 1
    needed = static_bytes(shape, hardware) + micro * row_bytes(
        shape, hardware, length=length, trained=trained
    )
    return MemoryPlan(needed, memory_bytes * USABLE_SHARE[hardware.device], micro, shape.trainable_parameters)


def model_shape(sizes: Sizes, method: Method, hardware: Hardware) -> ModelShape:
    """The shape of the model under the method, from the sizes alone."""
    linear = sum(rows * columns for rows, columns in linear_layers(sizes)) * sizes.num_hidden_layers
    other = max(0, sizes.parameters - linear)
    if method.lora is None:
        trainable, weights = sizes.parameters, float(FP32 * sizes.parameters)
    else:
        trainable = lora_parameters(sizes, method.lora)
        width = BYTES_OF[hardware.precision]
        weights = (
            (BYTES_OF_4BIT if method.quantization else width) * linear + width * other + FP32 * trainable
        )
    return ModelShape(
        hidden_size=sizes.hidden_size,
        intermediate_size=sizes.intermediate_size,
        num_hidden_layers=sizes.num_hidden_layers,
        num_attention_heads=sizes.num_attention_heads,
        vocab_size=sizes.vocab_size,
        weight_bytes=int(weights),
        trainable_parameters=trainable,
    )


def lora_parameters(sizes: Sizes, lora: Lora) -> int:
    """Weights of an adapter on the linear layers: r x (inputs + outputs) each; for DoRA a magnitude more."""
    names = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
    chosen: Sequence[tuple[int, int]] = [
        layer
        for name, layer in zip(names, linear_layers(sizes), strict=True)
        if lora.target_modules == "all-linear" or name in lora.target_modules
    ]
    per_layer = sum(
        lora.r * (inputs + outputs) + (outputs if lora.use_dora else 0) for inputs, outputs in chosen
    )
    return per_layer * sizes.num_hidden_layers


def linear_layers(sizes: Sizes) -> list[tuple[int, int]]:
    """Inputs and outputs of a layer's linear maps: q, k, v, o, gate, up, down."""
    hidden, between = sizes.hidden_size, sizes.intermediate_size
    shared = hidden // sizes.num_attention_heads * sizes.num_key_value_heads
    return [
        (hidden, hidden),
        (hidden, shared),
        (hidden, shared),
        (hidden, hidden),
        (hidden, between),
        (hidden, between),
        (between, hidden),
    ]
