"""`method`, `hardware` and `seed`: what the libraries are told, what is estimated, how processes start."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from tests.config.effects.effect import Effect, refused
from tests.config.effects.of_evaluation import tiny_folder
from tests.unit.evaluation.made_up import make_rows
from tunewright.cli import plan
from tunewright.config.schema import Settings
from tunewright.tracking.none import NoRun
from tunewright.training import train
from tunewright.training.arguments import training_arguments
from tunewright.training.batching import Recipe
from tunewright.training.count_tokens import estimated as estimated_tokens
from tunewright.training.history import History
from tunewright.training.launch import train_in_processes
from tunewright.training.pruning import NEVER_PRUNED
from tunewright.training.result import BaseModel
from tunewright.training.trainable_model import load_trainable, lora_config


def recipe(settings: Settings) -> Recipe:
    """Of 50 rows, whatever they hold."""
    rows: Any = [range(10 + number) for number in range(50)]
    return train.recipe_of(settings.method, rows, settings.seed)


def arguments(settings: Settings, folder: Path) -> object:
    """What the Trainer is told, and the rows of the first epoch."""
    method, hardware, of_rows = settings.method, settings.hardware, recipe(settings)
    told = training_arguments(method, hardware, of_rows, micro_batch_size=1, folder=Path("run")).to_dict()
    return told, of_rows.batches(0)


def adapter(settings: Settings, _: Path) -> object:
    """What peft is told."""
    assert settings.method.lora is not None
    told = lora_config(settings.method.lora).to_dict()
    return {key: sorted(value) if isinstance(value, set) else value for key, value in told.items()}


def loaded(settings: Settings, _: Path) -> object:
    """The tiny model as training loads it: a weight's kind, type, place, values and whether it is trained."""
    from bitsandbytes.functional import dequantize_4bit

    model: Any = load_trainable(
        tiny_folder(), settings.method, settings.hardware, seed=0, trust_remote_code=False
    )
    weight = next(
        weight for name, weight in model.named_parameters() if "q_proj" in name and "lora" not in name
    )
    state = getattr(weight, "quant_state", None)
    values = weight if state is None else dequantize_4bit(weight.data, state)
    held = type(weight).__name__, str(values.dtype), str(weight.device), getattr(state, "nested", None)
    return held, weight.requires_grad, values.detach().float().tolist(), model.config._attn_implementation


class Reached(Exception):  # noqa: N818 - no error: training goes no further here
    """Training got so far."""


def prepared_training(settings: Settings, folder: Path) -> object:
    """What training knows when it chooses the rows of a pass: its rows passed, the model is loaded."""
    rows = make_rows(2)
    told: list[object] = []

    def choose(*_: object, **keywords: object) -> int:
        told.append(keywords)
        raise Reached

    with (
        patch.object(train, "load_trainable"),
        patch.object(train, "shape_of"),
        patch.object(train, "choose_micro_batch_size", choose),
        suppress(Reached),
    ):
        train.train(
            BaseModel(tiny_folder(), "tiny"),
            rows,
            rows,
            instructions="",
            method=settings.method,
            hardware=settings.hardware,
            seed=0,
            folder=folder,
            run=NoRun(),
        )
    return told


def watched(settings: Settings, folder: Path) -> object:
    """What decides when to validate and when to stop."""
    told: list[object] = []
    trainer: Any = SimpleNamespace(
        is_world_process_zero=lambda: True,
        folder=folder,
        recipe=recipe(settings),
        add_callback=lambda _: None,
        train=lambda **_: None,
        history=History(),
    )

    def monitor(_: object, **keywords: object) -> Any:
        told.append({key: keywords[key] for key in ("validation_steps", "patience", "dtype")})
        return SimpleNamespace(stopped_by=None)

    with patch("tunewright.training.monitor.Monitor", monitor):
        train.run_steps(
            trainer,
            None,
            [],
            BaseModel(folder, "tiny"),
            settings.method,
            settings.hardware,
            run=NoRun(),
            pruning=NEVER_PRUNED,
            checkpoint_seconds=1.0,
        )
    return str(told)


def estimated(settings: Settings, _: Path) -> object:
    """What `tunewright plan` says of the training."""
    return list(plan._training(settings, 9, estimated_tokens(make_rows(9), "", 64)))


def started(settings: Settings, folder: Path) -> object:
    """The command that starts the training processes."""
    told: list[object] = []

    def popen(command: object, **_: object) -> Any:
        told.append(command)
        return SimpleNamespace(wait=lambda: 0, stdin=io.BytesIO())

    with patch("tunewright.training.launch.subprocess.Popen", popen):
        train_in_processes(folder, folder, folder, settings.hardware, share=8)
    return str(told).replace(str(folder), "")


BF16 = {"hardware.supports_bf16": True, "hardware.precision": "bf16"}
QUANTIZED = {"method.quantization": {}}
TWO = {"hardware.devices": 2, "hardware.strategy": "ddp"}
EFFECTS = {
    "seed": Effect(arguments, 3),
    "method.lora": Effect(loaded, None),
    "method.lora.r": Effect(adapter, 8),
    "method.lora.lora_alpha": Effect(adapter, 8),
    "method.lora.lora_dropout": Effect(adapter, 0.1),
    "method.lora.target_modules": Effect(adapter, ["q_proj"]),
    "method.lora.use_dora": Effect(adapter, True),
    "method.lora.use_rslora": Effect(adapter, True),
    "method.quantization": Effect(loaded, {}),
    "method.quantization.bnb_4bit_quant_type": Effect(loaded, "fp4", QUANTIZED),
    "method.quantization.bnb_4bit_use_double_quant": Effect(loaded, False, QUANTIZED),
    "method.global_batch_size": Effect(arguments, 4),
    "method.num_train_epochs": Effect(arguments, 1),
    "method.max_steps": Effect(arguments, 5),
    "method.learning_rate": Effect(arguments, 0.5),
    "method.lr_scheduler_type": Effect(arguments, "linear"),
    "method.warmup_ratio": Effect(arguments, 0.5),
    "method.weight_decay": Effect(arguments, 0.1),
    "method.max_grad_norm": Effect(arguments, 0.1),
    "method.optim": Effect(arguments, "adamw_torch_fused"),
    "method.max_length": Effect(prepared_training, 16),
    "method.too_long": Effect(prepared_training, "truncate", {"method.max_length": 40}),
    "method.evals_per_epoch": Effect(watched, 3),
    "method.early_stopping_patience": Effect(watched, 2),
    "hardware.device": Effect(loaded, "cuda"),
    "hardware.devices": Effect(started, 4, TWO),
    "hardware.memory_gb": Effect(prepared_training, 0.5, {"hardware.memory_gb": 16}),
    "hardware.supports_bf16": Effect(refused, False, BF16, lawful=False),
    "hardware.precision": Effect(loaded, "fp32", BF16),
    "hardware.attn_implementation": Effect(loaded, "sdpa"),
    "hardware.micro_batch_size": Effect(estimated, 2),
    "hardware.gradient_checkpointing": Effect(arguments, True),
    "hardware.strategy": Effect(
        estimated, "fsdp", {**TWO, "hardware.device": "cuda", "hardware.memory_gb": 24}
    ),
}
