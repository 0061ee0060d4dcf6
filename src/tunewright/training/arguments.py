"""Method and hardware as the Trainer's arguments: what the libraries are told, and nothing else is."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tunewright.config.schema.hardware import Hardware
from tunewright.config.schema.method import Method
from tunewright.training.batching import Recipe

if TYPE_CHECKING:
    from trl import SFTConfig


def training_arguments(
    method: Method, hardware: Hardware, recipe: Recipe, *, micro_batch_size: int, folder: Path
) -> SFTConfig:
    """The arguments of a run.

    Args:
        method: optimizer, schedule, epochs.
        hardware: device, precision, sharding.
        recipe: the global batches; its seed is the run's.
        micro_batch_size: rows per device and pass.
        folder: for checkpoints.
    """
    from trl import SFTConfig

    return SFTConfig(
        output_dir=str(folder),
        seed=recipe.seed,
        # the recipe
        num_train_epochs=method.num_train_epochs,
        max_steps=recipe.steps,
        learning_rate=method.learning_rate,
        lr_scheduler_type=method.lr_scheduler_type,
        warmup_steps=math.ceil(method.warmup_ratio * recipe.steps),
        weight_decay=method.weight_decay,
        max_grad_norm=method.max_grad_norm,
        optim=method.optim,
        per_device_train_batch_size=micro_batch_size,
        gradient_accumulation_steps=method.global_batch_size // (micro_batch_size * hardware.devices),
        # the hardware
        use_cpu=hardware.device == "cpu",
        bf16=hardware.precision == "bf16",
        fp16=hardware.precision == "fp16",
        **_checkpointing(hardware),
        **_sharding(hardware),
        dataloader_pin_memory=hardware.device == "cuda",
        # rows come encoded, our own callback says when to validate, to save and to report
        max_length=None,
        remove_unused_columns=False,
        dataset_kwargs={"skip_prepare_dataset": True},
        eval_strategy="no",
        save_strategy="no",
        logging_strategy="steps",
        logging_steps=1,
        logging_nan_inf_filter=False,
        report_to=[],
        disable_tqdm=True,
    )


def _checkpointing(hardware: Hardware) -> dict[str, Any]:
    """Recompute activations only where the hardware says so; trl's own default is to do it always.

    Under FSDP its own way is used, which gathers the weights once less.
    """
    from dataclasses import fields

    from trl import SFTConfig

    wanted = hardware.gradient_checkpointing and hardware.strategy != "fsdp"
    # transformers 5.23 renamed the argument and warns of the old name.
    names = {field.name for field in fields(SFTConfig)}
    name = "activation_checkpointing" if "activation_checkpointing" in names else "gradient_checkpointing"
    return {name: wanted, f"{name}_kwargs": {"use_reentrant": False} if wanted else None}


def _sharding(hardware: Hardware) -> dict[str, Any]:
    """DDP, or FSDP over the model's own layer classes; gloo joins processes on a cpu.

    FSDP has not been seen to run: it needs GPUs, and nobody had several while this was written.
    """
    backend = {"ddp_backend": "gloo"} if hardware.device == "cpu" and hardware.devices > 1 else {}
    if hardware.strategy == "ddp":
        return {**backend, "ddp_find_unused_parameters": False}
    if hardware.strategy == "fsdp":
        config = {
            "version": 2,
            "reshard_after_forward": True,
            "auto_wrap_policy": "TRANSFORMER_BASED_WRAP",
            "activation_checkpointing": hardware.gradient_checkpointing,
            "state_dict_type": "FULL_STATE_DICT",
        }
        return {**backend, "fsdp": True, "fsdp_config": config}
    return {}
