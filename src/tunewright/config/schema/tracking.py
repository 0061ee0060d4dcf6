"""`tracking`: where runs are recorded beside DVC. It may change freely; no result depends on it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tunewright.config.schema.node import Node

NonEmpty = Annotated[str, Field(min_length=1)]
Tracker = Literal["wandb", "mlflow"]


class Wandb(Node):
    """How Weights & Biases is used.

    Attributes:
        mode: offline writes run files for a later `wandb sync`; online sends them, if someone has
            logged in, and is as offline otherwise.
        entity: team or user; null takes the account's default.
    """

    mode: Literal["offline", "online"] = "offline"
    entity: NonEmpty | None = None


class Mlflow(Node):
    """How MLflow is used.

    Attributes:
        uri: of a tracking server or a database; null is a SQLite file in .tunewright/mlflow.
    """

    uri: NonEmpty | None = None


class Tracking(Node):
    """The trackers.

    Attributes:
        trackers: all that record, at once; none if empty.
        wandb: how Weights & Biases is used.
        mlflow: how MLflow is used.
        project: W&B's project, MLflow's experiment; null takes the project's slug.
        group: under which runs belong together; null takes the project's slug.
        tags: words to find the runs by.
        notes: a remark for people.
        sample_rows: test rows recorded with all answers, if data.allow_rows_in_trackers is true.
        upload: results whose bytes the tracker gets; of the others it gets path and digest.
    """

    trackers: tuple[Tracker, ...] = ()
    wandb: Wandb = Wandb()
    mlflow: Mlflow = Mlflow()
    project: NonEmpty | None = None
    group: NonEmpty | None = None
    tags: tuple[NonEmpty, ...] = ()
    notes: str = ""
    sample_rows: int = Field(default=20, ge=0, le=1000)
    upload: tuple[Literal["adapter", "dataset", "report"], ...] = ()
