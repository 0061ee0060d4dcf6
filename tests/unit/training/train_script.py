"""Train the tiny model in a process of its own: BASE FOLDER OUT; OUT gets losses and the weights' hash."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from tunewright.artifacts import sha256_file
from tunewright.config.schema.method import Lora
from tunewright.tracking.none import NoRun
from tunewright.training.result import BaseModel
from tunewright.training.train import train

from .conftest import make_hardware, make_method, make_rows

DEVICES = int(os.environ.get("WORLD_SIZE", "1"))
STRATEGY = os.environ.get("STRATEGY", "none")


def main(base: Path, folder: Path, out: Path) -> None:
    """Train slowly enough that a test can kill it in the middle."""
    delay = float(os.environ.get("SECONDS_PER_STEP", "0"))
    if delay:
        slow_down(delay)
    result = train(
        BaseModel(base, "tiny@1"),
        make_rows(21),
        make_rows(7, seed=1),
        instructions="",
        method=make_method(
            lora=Lora(r=4, lora_alpha=8, lora_dropout=float(os.environ.get("DROPOUT", "0.2"))),
            num_train_epochs=3,
        ),
        hardware=make_hardware(devices=DEVICES, strategy=STRATEGY, micro_batch_size=2),
        seed=7,
        folder=folder,
        run=NoRun(),
        checkpoint_seconds=0.0,
    )
    if result is not None:
        losses = [[point.step, point.split, point.loss] for point in result.history.points]
        digest = sha256_file(result.weights / "adapter_model.safetensors")
        out.write_text(
            json.dumps({"sha256": digest, "losses": losses, "best_step": result.metrics.best_step})
        )


def slow_down(seconds: float) -> None:
    """Wait in the middle of each step, and in the middle of each write."""
    from tunewright.training import checkpoints
    from tunewright.training.trainer import SupervisedTrainer

    plain_loss, plain_flush = SupervisedTrainer.compute_loss, checkpoints._flush

    def slow_loss(*arguments: object, **named: object) -> object:
        time.sleep(seconds)
        return plain_loss(*arguments, **named)

    def slow_flush(path: Path) -> None:
        time.sleep(seconds / 20)
        plain_flush(path)

    SupervisedTrainer.compute_loss = slow_loss  # type: ignore[method-assign]
    checkpoints._flush = slow_flush


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:4]))
