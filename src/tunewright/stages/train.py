"""train: fine-tune the base model, keep the best weights by validation loss."""

from __future__ import annotations

import shutil
from pathlib import Path

from tunewright import artifacts
from tunewright.artifacts import write_json, write_text
from tunewright.config.stage_settings import stage_settings
from tunewright.data.review.standing import refuse_without_clearance
from tunewright.devices import held_devices
from tunewright.errors import PrunedError
from tunewright.models.fetch import resolve
from tunewright.models.record import read_record
from tunewright.scratch import scratch
from tunewright.training.checkpoints import discard
from tunewright.training.launch import train_in_processes
from tunewright.training.worker import read_result

DEPENDENCIES = (artifacts.BASE_MODEL, artifacts.TRAIN_ROWS, artifacts.VALIDATION_ROWS, artifacts.CLEARANCE)


def run(root: Path) -> None:
    """Train in processes of their own; a run that was killed goes on from its last checkpoint.

    Raises:
        InterruptionError: a signal has ended it, after a checkpoint.
        PrunedError: a search has given it up; its checkpoints are gone.
        TrainingError: a review is due, rows cannot be trained on, or the result cannot be trusted.
        ModelError: the base model cannot be had or loaded.
    """
    root = root.resolve()
    refuse_without_clearance(root)
    given = stage_settings("train", root)
    base_folder = resolve(read_record(root / artifacts.BASE_MODEL))
    hardware = given.settings.hardware
    with scratch("train", given.tracked, DEPENDENCIES) as folder:
        share = given.settings.method.global_batch_size // hardware.devices
        with held_devices(hardware.device, hardware.devices):
            try:
                train_in_processes(root, base_folder, folder.resolve(), hardware, share)
            except PrunedError:
                discard(folder)
                raise
        result = read_result(folder.resolve())
        shutil.rmtree(root / artifacts.ADAPTER, ignore_errors=True)
        shutil.copytree(result.weights, root / artifacts.ADAPTER)
        write_text(root / artifacts.LOSS_CSV, result.loss.read_text(encoding="utf-8"))
        write_json(root / artifacts.METRICS / "train.json", result.metrics)
        write_json(root / artifacts.TIMINGS / "train.json", result.timing)
