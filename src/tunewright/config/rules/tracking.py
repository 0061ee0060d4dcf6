"""Rules of `tracking`: nothing is asked of a tracker that does not record; rows need the policy's word."""

from __future__ import annotations

from collections.abc import Iterator

from tunewright.config.schema.data import Data
from tunewright.config.schema.tracking import Tracking
from tunewright.errors import Problem


def trackers(tracking: Tracking) -> Iterator[Problem]:
    """Settings of a tracker that does not record, and what is listed twice."""
    told = {
        "wandb.entity": ("wandb", tracking.wandb.entity is not None),
        "wandb.mode": ("wandb", tracking.wandb.mode == "online"),
        "mlflow.uri": ("mlflow", tracking.mlflow.uri is not None),
    }
    for key, (tracker, is_set) in told.items():
        if is_set and tracker not in tracking.trackers:
            yield Problem(
                f"tracking.{key}",
                f"means nothing without {tracker}; tracking.trackers is {list(tracking.trackers)}",
                fix=f"remove it, or choose that tracker: tunewright set tracking={tracker}",
            )
    for key in ("project", "group", "tags", "notes", "upload"):
        if getattr(tracking, key) and not tracking.trackers:
            yield Problem(
                f"tracking.{key}",
                "means nothing without a tracker",
                fix="remove it, or choose one: tunewright set tracking=wandb-offline",
            )
    for key, names in (("trackers", tracking.trackers), ("upload", tracking.upload)):
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield Problem(f"tracking.{key}", f"{name!r} is listed twice", fix="list it once")


def rows_in_trackers(tracking: Tracking, data: Data) -> Iterator[Problem]:
    """Results that hold rows of the data go nowhere unless its policy says so."""
    holding = [name for name in tracking.upload if name != "adapter"]
    if holding and not data.allow_rows_in_trackers:
        yield Problem(
            "tracking.upload",
            f"{' and '.join(holding)} hold rows of the data, which may not go to a tracker",
            fix="if the owner of the data agrees: tunewright set data.allow_rows_in_trackers=true",
        )
