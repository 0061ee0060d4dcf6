"""`tracking`: where runs are recorded beside DVC. It may change freely; no result depends on it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tunewright.config.schema.node import Node

NonEmpty = Annotated[str, Field(min_length=1)]


class Tracking(Node):
    """A tracker.

    Attributes:
        backend: none or wandb.
        mode: wandb: offline writes run files for a later `wandb sync`, online sends them.
        project: wandb: project name; null takes the project's slug.
        entity: wandb: team or user; null takes the account's default.
    """

    backend: Literal["none", "wandb"]
    mode: Literal["offline", "online"] = "offline"
    project: NonEmpty | None = None
    entity: NonEmpty | None = None
