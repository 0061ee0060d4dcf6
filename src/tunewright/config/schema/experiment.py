"""`experiment`: an overlay for `tunewright run`: fixed values, and a search space with its objectives.

It is no group of `Settings`: no stage reads it and params.yaml does not choose it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tunewright.config.schema.node import Node

NonEmpty = Annotated[str, Field(min_length=1)]
Direction = Literal["minimize", "maximize"]
Fixed = bool | int | float | str | None | tuple[bool | int | float | str | None, ...]


class Objective(Node):
    """One thing to search for.

    Attributes:
        metric: one of task.metrics, `validation_loss` or `train_seconds`.
        direction: null is the metric's own: losses and seconds are minimized, shares maximized.
    """

    metric: NonEmpty
    direction: Direction | None = None


class Sampler(Node):
    """How points are drawn: TPE, the tree-structured Parzen estimator (Bergstra et al., 2011), by Optuna.

    Attributes:
        seed: with the trials told so far it decides every draw.
        startup_trials: drawn at random before the estimator takes over.
    """

    seed: int = Field(default=0, ge=0, le=2**32 - 1)
    startup_trials: int = Field(default=10, ge=1)


class Pruning(Node):
    """When a trial is given up: its best validation loss is above the median of the others' at that pass.

    Attributes:
        startup_trials: completed before any is given up.
        warmup_passes: validation passes of each trial after which it is never given up.
    """

    startup_trials: int = Field(default=5, ge=1)
    warmup_passes: int = Field(default=0, ge=0)


class Experiment(Node):
    """What `tunewright run experiment=NAME` takes along.

    Attributes:
        fixed: values and options by key, as `tunewright set` takes them.
        search: the space: by key what `tunewright run` takes behind `KEY=`, such as `8,16,32`,
            `range(1,4)`, `interval(0.0,0.1)` or `tag(log,interval(1e-5,1e-3))`.
        objectives: what to search for; of several the Pareto front.
        trials: how many points are drawn, those of earlier runs of this search included.
        sampler: how points are drawn.
        pruning: when a trial is given up; null never.
    """

    fixed: dict[str, Fixed] = Field(default={})
    search: dict[str, NonEmpty] = Field(default={})
    objectives: tuple[Objective, ...] = Field(default=(Objective(metric="validation_loss"),), min_length=1)
    trials: int = Field(default=20, ge=1)
    sampler: Sampler = Sampler()
    pruning: Pruning | None = None
