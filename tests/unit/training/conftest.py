"""A tiny base model, rows for it, and one way to train on them."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tunewright.config.schema.hardware import Hardware
from tunewright.config.schema.method import Lora, Method, Quantization
from tunewright.data.rows import Message, Row
from tunewright.models import tiny
from tunewright.tracking.none import NoRun
from tunewright.training.result import BaseModel, TrainingResult
from tunewright.training.train import train

WORDS = ("order", "arrived", "kettle", "broken", "please", "refund", "invoice", "thanks", "where")
NF4 = Quantization()


def make_rows(count: int, seed: int = 0, words: int | None = None) -> list[Row]:
    """Rows of 3 to 25 words, or of as many as asked."""
    draw = random.Random(seed)
    rows = []
    for number in range(count):
        text = " ".join(draw.choices(WORDS, k=words or draw.randint(3, 25)))
        answer = f'{{"category":"{draw.choice(["delivery", "fault", "question"])}"}}'
        messages = (Message("user", text), Message("assistant", answer))
        rows.append(Row(f"r{number}", messages, f"r{number}", "data/raw/rows.jsonl"))
    return rows


def make_method(**changes: Any) -> Method:
    values = {
        "lora": Lora(r=4, lora_alpha=8),
        "global_batch_size": 8,
        "num_train_epochs": 2,
        "learning_rate": 5e-3,
        "evals_per_epoch": 2,
        "max_length": 256,
    }
    return Method(**{**values, **changes})


def make_hardware(**changes: Any) -> Hardware:
    values = {
        "device": "cpu",
        "supports_bf16": True,
        "precision": "fp32",
        "attn_implementation": "eager",
        "memory_gb": 4,
    }
    return Hardware(**{**values, **changes})


Train = Callable[..., TrainingResult]


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """The tiny model is too small to share out; threads that wait for each other take seconds a step."""
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> BaseModel:
    folder = tmp_path_factory.mktemp("base") / "tiny"
    folder.mkdir()
    tiny.build(folder)
    return BaseModel(folder, "tiny@1")


@pytest.fixture
def train_tiny(base: BaseModel, tmp_path: Path) -> Train:
    """Train the tiny model on 20 rows; keyword arguments change method, hardware or the call."""

    def run(
        name: str = "run", method: Method | None = None, hardware: Hardware | None = None, **call: Any
    ) -> Any:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        return train(
            base,
            call.pop("rows", make_rows(20)),
            call.pop("validation_rows", make_rows(6, seed=1)),
            instructions="Answer with JSON.",
            method=method or make_method(),
            hardware=hardware or make_hardware(),
            seed=call.pop("seed", 7),
            folder=folder,
            run=call.pop("run", NoRun()),
            **call,
        )

    return run
