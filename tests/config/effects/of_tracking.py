"""`tracking`, and the project's name in it: what each tracker is told, and what it is given at the end."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.config.effects.effect import Effect
from tests.config.effects.of_task import inputs
from tunewright import artifacts
from tunewright.config.resolved import to_yaml
from tunewright.config.schema import Settings
from tunewright.reporting.whole_experiment import whole_experiment
from tunewright.tracking import mlflow, wandb
from tunewright.tracking.opening import openings

ROOT = Path(__file__).parents[3]


class Told(Exception):  # noqa: N818 - no error: it goes no further here
    """The tracker has been asked for a run."""


def told(settings: Settings, folder: Path) -> object:
    """What each tracker's library is asked for, or that none is."""
    shutil.copy(ROOT / "dvc.yaml", folder)
    (folder / "resolved.yaml").write_text(to_yaml(settings))
    asked: list[object] = []

    def init(**keywords: object) -> Any:
        asked.append(
            {key: str(value) for key, value in keywords.items() if key not in ("settings", "dir", "id")}
        )
        raise Told

    def client(uri: str) -> Any:
        asked.append("SQLite" if uri.startswith("sqlite") else uri)
        raise Told

    backends = {"wandb": wandb.open_run, "mlflow": mlflow.open_run}
    with (
        patch.dict(os.environ),
        patch("wandb.login", return_value=True),
        patch("wandb.init", init),
        patch("mlflow.MlflowClient", client),
    ):
        for name in ("WANDB_MODE", "DVC_EXP_NAME"):
            os.environ.pop(name, None)
        for opening in openings(settings.tracking, settings.project, "train", folder):
            try:
                backends[opening.tracker](opening, asked.append)
            except Told:
                continue
    return asked


def given(settings: Settings, folder: Path) -> object:
    """What a tracker is given at the end of an experiment."""
    artifacts.write_text(folder / artifacts.REPORT, "<p>")
    results = replace(inputs(settings), data=settings.data)
    return list(whole_experiment(folder, results, settings.tracking))


WANDB = {"tracking.trackers": ["wandb"]}
MLFLOW = {"tracking.trackers": ["mlflow"]}
ALLOWED = {**WANDB, "data.allow_rows_in_trackers": True}
EFFECTS = {
    "project.slug": Effect(told, "another-name", WANDB),
    "data.allow_rows_in_trackers": Effect(given, True),
    "tracking.trackers": Effect(told, ["mlflow", "wandb"], WANDB),
    "tracking.wandb.mode": Effect(told, "online", WANDB),
    "tracking.wandb.entity": Effect(told, "team", WANDB),
    "tracking.mlflow.uri": Effect(told, "https://mlflow.acme.example", MLFLOW),
    "tracking.project": Effect(told, "another", WANDB),
    "tracking.group": Effect(told, "spring", WANDB),
    "tracking.tags": Effect(told, ["first"], WANDB),
    "tracking.notes": Effect(told, "Why this was tried.", WANDB),
    "tracking.sample_rows": Effect(given, 3, ALLOWED),
    "tracking.upload": Effect(given, ["adapter", "report"], ALLOWED),
}
