"""The rules of the machine: what its profile, the method and the scoring ask of it that it cannot do."""

from __future__ import annotations

from collections.abc import Iterator

from tunewright.config.schema.evaluation import Evaluation
from tunewright.config.schema.hardware import Hardware
from tunewright.config.schema.method import Method
from tunewright.errors import Problem


def machine(hardware: Hardware) -> Iterator[Problem]:
    """Yield what contradicts itself in a hardware profile."""
    if hardware.precision == "bf16" and not hardware.supports_bf16:
        yield Problem("hardware.precision", "bf16 on hardware without it", fix="set it to fp16 or fp32")
    if hardware.precision == "fp16" and hardware.device == "cpu":
        yield Problem("hardware.precision", "fp16 is for GPUs", fix="set it to bf16 or fp32")
    if hardware.devices > 1 and hardware.strategy == "none":
        yield Problem(
            "hardware.strategy",
            f"{hardware.devices} devices need ddp or fsdp",
            fix="tunewright set hardware.strategy=ddp",
        )
    if hardware.devices == 1 and hardware.strategy != "none":
        yield Problem(
            "hardware.strategy", f"{hardware.strategy} needs more than one device", fix="set it to none"
        )
    if hardware.devices > 1 and hardware.device == "mps":
        yield Problem("hardware.devices", f"mps has one device, not {hardware.devices}", fix="set it to 1")
    if hardware.devices > 1 and hardware.strategy == "fsdp" and hardware.device == "cpu":
        what = "fsdp needs device cuda: on a cpu accelerate copies the model without a word"
        yield Problem("hardware.strategy", what, fix="tunewright set hardware.strategy=ddp")
    if hardware.attn_implementation == "flash_attention_2":
        yield from _flash_attention(hardware)


def method_on_machine(method: Method, hardware: Hardware) -> Iterator[Problem]:
    """Yield what of a method the hardware cannot carry out."""
    if method.optim.startswith("paged_") and hardware.device != "cuda":
        yield Problem(
            "method.optim",
            f"{method.optim} needs device cuda, not {hardware.device}",
            fix="set it to adamw_torch",
        )
    if method.quantization is not None and hardware.device == "mps":
        yield Problem(
            "method.quantization",
            "bitsandbytes has no 4-bit training on mps",
            fix="tunewright set method=lora evaluation=default",
        )
    if method.quantization is not None and hardware.strategy == "fsdp":
        yield Problem(
            "hardware.strategy",
            "4-bit base weights are not sharded here",
            fix="set it to ddp (4-bit weights are small), or method=lora",
        )
    yield from _batch(method, hardware)


def _batch(method: Method, hardware: Hardware) -> Iterator[Problem]:
    """The global batch must be a whole number of passes over all devices."""
    batch, devices, micro = method.global_batch_size, hardware.devices, hardware.micro_batch_size
    if batch % devices:
        what = f"{batch} is no multiple of the {devices} devices"
        fix = f"set it to {devices * max(1, round(batch / devices))}: every device takes part in every step"
        yield Problem("method.global_batch_size", what, fix=fix)
    elif isinstance(micro, int) and (batch // devices) % micro:
        fitting = [str(size) for size in range(1, batch // devices + 1) if batch // devices % size == 0]
        what = f"{batch} rows of a step are no multiple of {micro} x {devices} devices"
        fix = f"set it to auto, or one of {', '.join(fitting)}: that does not change the recipe"
        yield Problem("hardware.micro_batch_size", what, fix=fix)


def _flash_attention(hardware: Hardware) -> Iterator[Problem]:
    key, fix = "hardware.attn_implementation", "set it to sdpa"
    if hardware.device != "cuda" or hardware.precision == "fp32":
        yield Problem(key, "flash_attention_2 needs device cuda and bf16 or fp16", fix=fix)
    elif not hardware.supports_bf16:
        yield Problem(key, "flash_attention_2 needs an Ampere GPU or later, all of which have bf16", fix=fix)


def evaluation_on_machine(evaluation: Evaluation, hardware: Hardware) -> Iterator[Problem]:
    """Yield what of the scoring the hardware cannot carry out."""
    if evaluation.precision == "bf16" and not hardware.supports_bf16:
        yield Problem("evaluation.precision", "bf16 on hardware without it", fix="set it to fp16 or fp32")
    if evaluation.precision == "fp16" and hardware.device == "cpu":
        yield Problem("evaluation.precision", "fp16 is for GPUs", fix="set it to bf16 or fp32")
    if evaluation.load_in_4bit and hardware.device == "mps":
        yield Problem(
            "evaluation.load_in_4bit",
            "bitsandbytes has no 4-bit weights on mps",
            fix="tunewright set evaluation=default",
        )
