"""`hardware`: how the recipe is carried out. It changes speed and memory, never what is learnt."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from tunewright.config.schema.node import Node

NonEmpty = Annotated[str, Field(min_length=1)]


class Price(Node):
    """What an hour costs, all devices together.

    Attributes:
        amount: per hour.
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
        memory_gb: per device; null on a cpu asks the machine.
        supports_bf16: whether bfloat16 arithmetic is there.
        precision: of the forward and backward pass.
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

    @model_validator(mode="after")
    def _consistent(self) -> Hardware:
        if self.precision == "bf16" and not self.supports_bf16:
            raise ValueError("precision bf16 on hardware without it: set precision to fp16 or fp32")
        if self.precision == "fp16" and self.device == "cpu":
            raise ValueError("precision fp16 is for GPUs: set bf16 or fp32 on a cpu")
        if self.devices > 1 and self.strategy == "none":
            raise ValueError(f"{self.devices} devices need strategy ddp or fsdp")
        if self.devices == 1 and self.strategy != "none":
            raise ValueError(f"strategy {self.strategy} needs more than one device")
        if self.device == "mps" and self.devices > 1:
            raise ValueError("mps has one device")
        if self.attn_implementation == "flash_attention_2" and (
            self.device != "cuda" or self.precision == "fp32"
        ):
            raise ValueError("flash_attention_2 needs device cuda and precision bf16 or fp16")
        return self
