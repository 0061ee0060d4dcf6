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
from typing import Any

from tunewright import artifacts
from tunewright.artifacts import read_json, write_json
from tunewright.config.stage_settings import stage_settings
from tunewright.data.rows import read_rows
from tunewright.errors import InterruptionError, PrunedError, TunewrightError
from tunewright.models.machine import timing_record
from tunewright.models.record import read_record
from tunewright.models.want_of_memory import is_out_of_memory
from tunewright.progress import say
from tunewright.refusals import refusal
from tunewright.signals import Signalled, interrupted, signals_raise
from tunewright.tracking.none import NoRun
from tunewright.tracking.records import Facts
from tunewright.tracking.run import tracked_run
from tunewright.training import checkpoints
from tunewright.training.history import write_loss_csv
from tunewright.training.launch import ERROR, OUT_OF_MEMORY
from tunewright.training.pruning import pruning_of_this_experiment
from tunewright.training.result import BaseModel, TrainingResult
from tunewright.training.train import train

RESULT = "result.json"
LOSS = "loss.csv"
LOST_DEVICE = ("gloo", "Connection closed by peer", "Connection reset by peer", "NCCL")
"""What a collective says when the process of another device is gone."""


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
    """Train on this process's device and leave the result, or what went wrong, in `folder`."""
    first = int(os.environ.get("RANK", "0")) == 0
    try:
        with signals_raise():
            threading.Thread(target=_heed_parent, daemon=True).start()
            _take_device()
            _train(root, base_folder, folder, first=first)
    except InterruptionError as error:
        return _tell(folder, error, first=first)
    except Signalled as signalled:
        if _several():
            return 1  # the others are waiting for this one: they have to be ended
        return _tell(
            folder, interrupted(signalled.number, "training was interrupted before or after its steps")
        )
    except TunewrightError as error:
        return _tell(folder, error)
    except OSError as error:
        told = refusal(error)
        if told is None:
            raise
        return _tell(folder, told)
    except (RuntimeError, MemoryError) as error:
        if is_out_of_memory(error):
            (folder / OUT_OF_MEMORY).touch()
            return 1
        if _several() and any(sign in str(error) for sign in LOST_DEVICE):
            return 1  # the device that is gone, or whoever ended it, has the cause to tell
        raise
    return 0


def read_result(folder: Path) -> Result:
    """Read what the process of the first device left."""
    raw = read_json(folder / RESULT)
    return Result(folder / raw["weights"], raw["metrics"], raw["timing"], folder / LOSS)


def _train(root: Path, base_folder: Path, folder: Path, *, first: bool) -> None:
    settings = stage_settings("train", root).settings
    with (
        tracked_run(settings.tracking, settings.project, "train", root) if first else nullcontext(NoRun())
    ) as run:
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
            tell=say if first else lambda _: None,
            pruning=pruning_of_this_experiment(),
        )
        if result is not None:
            timing = timing_record(result.seconds, result.tokens).as_dict()
            _write_result(folder, result, timing)
            run.summary(result.metrics.as_dict())
            run.record(Facts({"timing": {"train": timing}}))


def _write_result(folder: Path, result: TrainingResult, timing: dict[str, Any]) -> None:
    write_loss_csv(folder / LOSS, result.history)
    write_json(
        folder / RESULT,
        {
            "weights": result.weights.relative_to(folder).as_posix(),
            "metrics": result.metrics.as_dict(),
            "timing": timing,
        },
    )


def _several() -> bool:
    """Whether torch's launcher has started this process as one of several."""
    return int(os.environ.get("WORLD_SIZE", "1")) > 1


def _take_device() -> None:
    """With several GPUs, each process has its own."""
    if "LOCAL_RANK" in os.environ:
        import torch

        if torch.cuda.is_available():
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))


def _tell(folder: Path, error: TunewrightError, *, first: bool = True) -> int:
    """Leave the error for the stage; returns the exit code: 0 for devices that stop together.

    Half-written files go first: they may be what has filled the disk.
    """
    number = error.number if isinstance(error, InterruptionError) else None
    pruned = isinstance(error, PrunedError)
    if first:
        checkpoints.remove_drafts(folder)
        told = {
            "what": error.what,
            "where": error.where,
            "fix": error.fix,
            "signal": number,
            "pruned": pruned,
        }
        try:
            write_json(folder / ERROR, told)
        except OSError:  # this is the disk that is full
            say(f"error: {error}")
    return 0 if pruned or number is not None else 1


def _heed_parent() -> None:
    """Read the pipe that the stage's process holds: signals that are meant for this one, and its end.

    A training that outlives the stage would go on unseen.
    """
    while number := os.read(0, 1):
        os.kill(os.getpid(), number[0])
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(*(Path(argument) for argument in sys.argv[1:])))
