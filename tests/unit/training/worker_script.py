"""The training process with made rows in place of a project's, and with what a test wants to go wrong.

Everything else is the real thing: tunewright.training.launch starts it, tunewright.training.worker runs.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path
from typing import Any

from tunewright.config.schema.method import Lora
from tunewright.tracking.none import NoRun
from tunewright.training import worker
from tunewright.training.result import BaseModel
from tunewright.training.train import train

from .conftest import make_hardware, make_method, make_rows
from .train_script import slow_down

DEVICES = int(os.environ.get("WORLD_SIZE", "1"))
WORDS_OF_LONG_ROWS = 300
PASSES = "passes"


def train_on_made_rows(root: Path, base_folder: Path, folder: Path, *, first: bool) -> None:
    """What `worker._train` does with a project's settings and rows."""
    (folder / f"process-{os.environ.get('RANK', '0')}").write_text(str(os.getpid()))
    if delay := float(os.environ.get("SECONDS_PER_STEP", "0")):
        slow_down(delay)
    count_passes(folder / PASSES)
    if spare := int(os.environ.get("SPARE_MEGABYTES", "0")):
        limit_memory_of_passes(spare)
    long = "LONG_ROWS" in os.environ
    result = train(
        BaseModel(base_folder, "tiny@1"),
        make_rows(8, words=WORDS_OF_LONG_ROWS) if long else make_rows(21),
        make_rows(2, seed=1) if long else make_rows(7, seed=1),
        instructions="",
        method=make_method(
            lora=Lora(r=4, lora_alpha=8),
            num_train_epochs=2 if long else 3,
            max_length=4096,
        ),
        hardware=make_hardware(
            devices=DEVICES,
            strategy="ddp" if DEVICES > 1 else "none",
            micro_batch_size=int(os.environ.get("ROWS_PER_PASS", "2")),
        ),
        seed=7,
        folder=folder,
        run=NoRun(),
        checkpoint_seconds=float(os.environ.get("CHECKPOINT_SECONDS", "0")),
    )
    if result is not None:
        worker._write_result(folder, result, timing={})


def count_passes(path: Path) -> None:
    """Add a byte to a file at the beginning of each training pass, for a test to wait for."""
    from tunewright.training.trainer import SupervisedTrainer

    plain = SupervisedTrainer.compute_loss

    def counted(*arguments: Any, **named: Any) -> Any:
        with path.open("ab") as file:
            file.write(b".")
        return plain(*arguments, **named)

    SupervisedTrainer.compute_loss = counted  # type: ignore[method-assign]


def limit_memory_of_passes(megabytes: int) -> None:
    """From the first training pass on, let this process have so much memory more than it has then."""
    from tunewright.training.trainer import SupervisedTrainer

    plain = SupervisedTrainer.compute_loss

    def limited(*arguments: Any, **named: Any) -> Any:
        if resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY:
            held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (held + megabytes * 2**20,) * 2)
        return plain(*arguments, **named)

    SupervisedTrainer.compute_loss = limited  # type: ignore[method-assign]


if __name__ == "__main__":
    worker._train = train_on_made_rows
    sys.exit(worker.main(*(Path(argument) for argument in sys.argv[1:4])))
