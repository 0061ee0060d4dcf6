"""The training process: `python -m tunewright.training.worker ROOT BASE_FOLDER FOLDER`, once for each device.

Started by `tunewright.training.launch`, directly or through torch.distributed.run. The process of the
first device writes the result, or its error, into FOLDER.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from tunewright import artifacts
from tunewright.artifacts import read_json, write_json
from tunewright.config.stage_settings import stage_settings
from tunewright.data.rows import read_rows
from tunewright.errors import TunewrightError
from tunewright.models.machine import timing_record
from tunewright.models.record import read_record
from tunewright.tracking.none import NoRun
from tunewright.tracking.run import tracked_run
from tunewright.training.history import write_loss_csv
from tunewright.training.launch import ERROR
from tunewright.training.result import BaseModel, TrainingResult
from tunewright.training.train import train

RESULT = "result.json"
LOSS = "loss.csv"


@dataclass(frozen=True)
class Result:
    """What a training process hands to the stage.

    Attributes:
        weights: folder with the adapter or the whole model.
        metrics: for metrics/train.json.
        timing: for timings/train.json.
        loss: file with the loss curve.
    """

    weights: Path
    metrics: dict[str, float]
    timing: dict[str, object]
    loss: Path


def main(root: Path, base_folder: Path, folder: Path) -> int:
    """Train on this process's device and leave the result in `folder`."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    first = int(os.environ.get("RANK", "0")) == 0
    try:
        _take_device()
        _train(root, base_folder, folder, first=first)
    except TunewrightError as error:
        write_json(folder / ERROR, {"what": error.what, "where": error.where, "fix": error.fix})
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def read_result(folder: Path) -> Result:
    """Read what the process of the first device left."""
    raw = read_json(folder / RESULT)
    return Result(folder / raw["weights"], raw["metrics"], raw["timing"], folder / LOSS)


def _train(root: Path, base_folder: Path, folder: Path, *, first: bool) -> None:
    settings = stage_settings("train", root).settings
    tracked = tracked_run(settings.tracking, settings.project, "train") if first else nullcontext(NoRun())
    with tracked as run:
        result = train(
            BaseModel(
                base_folder,
                str(read_record(root / artifacts.BASE_MODEL)),
                trust_remote_code=settings.model.trust_remote_code,
            ),
            read_rows(root / artifacts.TRAIN_ROWS),
            read_rows(root / artifacts.VALIDATION_ROWS),
            instructions=settings.task.instructions,
            method=settings.method,
            hardware=settings.hardware,
            seed=settings.seed,
            folder=folder,
            run=run,
        )
        if result is not None:
            run.summary(result.metrics.as_dict())
            _write_result(folder, result)


def _write_result(folder: Path, result: TrainingResult) -> None:
    write_loss_csv(folder / LOSS, result.history)
    write_json(
        folder / RESULT,
        {
            "weights": result.weights.relative_to(folder).as_posix(),
            "metrics": result.metrics.as_dict(),
            "timing": timing_record(result.seconds, result.tokens).as_dict(),
        },
    )


def _take_device() -> None:
    """With several GPUs, each process has its own."""
    if "LOCAL_RANK" in os.environ:
        import torch

        if torch.cuda.is_available():
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))


def _end_with_parent() -> None:
    """Wait for the stage's process to let go of the pipe; a training without it would go on unseen."""
    while os.read(0, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(*(Path(argument) for argument in sys.argv[1:])))
