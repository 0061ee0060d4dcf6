"""`hardware`: how the recipe is carried out. It changes speed and memory, never what is learnt."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tunewright.config.schema.node import Node

NonEmpty = Annotated[str, Field(min_length=1)]


class Price(Node):
    """What an hour costs, all devices together.

    Attributes:
        amount: money per hour.
        currency: ISO 4217.
        date: when the price was looked up (YYYY-MM-DD).
        source: where.
    """

    amount: float = Field(ge=0)
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    date: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    source: NonEmpty


class Hardware(Node):
    """A machine.

    Attributes:
        device: cpu, cuda or mps.
        devices: how many; more than one starts as many processes (for cpu: gloo).
        memory_gb: gigabytes (2^30 bytes) per device; null on a cpu asks the machine.
        supports_bf16: whether bfloat16 arithmetic is there.
        precision: number format of the forward and backward pass.
        attn_implementation: eager, sdpa or flash_attention_2.
        micro_batch_size: rows per device and pass; `auto` takes what memory allows. Accumulation
            makes up the method's global batch size.
        gradient_checkpointing: recompute activations: about a third slower, far less memory.
        strategy: none (one device), ddp (a copy of the model on each) or fsdp (sharded).
        price_per_hour: null if unknown; then no cost is stated.
    """

    device: Literal["cpu", "cuda", "mps"]
    devices: int = Field(default=1, ge=1, le=1024)
    memory_gb: float | None = Field(default=None, gt=0)
    supports_bf16: bool
    precision: Literal["bf16", "fp16", "fp32"]
    attn_implementation: Literal["eager", "sdpa", "flash_attention_2"] = "sdpa"
    micro_batch_size: Literal["auto"] | Annotated[int, Field(ge=1)] = "auto"
    gradient_checkpointing: bool = False
    strategy: Literal["none", "ddp", "fsdp"] = "none"
    price_per_hour: Price | None = None
