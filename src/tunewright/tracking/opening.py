"""`Opening`: all that a tracker's process needs to know before the first record."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from tunewright.config.schema.settings import Project
from tunewright.config.schema.tracking import Tracker, Tracking
from tunewright.config.stage_settings import RESOLVED
from tunewright.scratch import FOLDER, main_checkout
from tunewright.secret_text import scrub
from tunewright.tracking.identity import Identity, identify
from tunewright.tracking.lineage import hashes_before, read_lock


@dataclass(frozen=True)
class Opening:
    """One tracker's part in one stage.

    Attributes:
        tracker: which one.
        tracking: the settings.
        project: slug of the project, the default name for all that needs one.
        stage: that records.
        identity: of the experiment.
        settings: content of resolved.yaml; no result depends on tracking, so it may show them all.
        hashes: DVC's, of what earlier stages read and made, by path.
        root: the project's folder, an experiment's temporary copy perhaps.
        folder: `.tunewright` of the main checkout, which outlives an experiment's temporary copy.
        parent: process that records.
    """

    tracker: Tracker
    tracking: Tracking
    project: str
    stage: str
    identity: Identity
    settings: dict[str, Any]
    hashes: dict[str, str]
    root: str
    folder: str
    parent: int

    def scrubbed(self) -> Opening:
        """Without secrets, but for an address that needs one and for the folders."""
        tracking = self.tracking.model_dump(mode="json")
        shown = {**scrub(tracking), "mlflow": tracking["mlflow"]}
        return replace(
            self,
            tracking=Tracking.model_validate_json(json.dumps(shown)),
            identity=Identity(**scrub(asdict(self.identity))),
            settings=scrub(self.settings),
            hashes=scrub(self.hashes),
        )

    def to_line(self) -> str:
        """As one line of JSON."""
        from pydantic import TypeAdapter

        return TypeAdapter(Opening).dump_json(self).decode() + "\n"


def openings(tracking: Tracking, project: Project, stage: str, root: Path) -> Iterator[Opening]:
    """What to tell each tracker that the settings name."""
    if not tracking.trackers:
        return
    settings, lock = _resolved(root), read_lock(root)
    for tracker in tracking.trackers:
        yield Opening(
            tracker=tracker,
            tracking=tracking,
            project=project.slug,
            stage=stage,
            identity=identify(project.slug, settings, lock, root),
            settings=settings,
            hashes=hashes_before(lock, stage, root),
            root=str(root.resolve()),
            folder=str((main_checkout() / FOLDER).resolve()),
            parent=os.getpid(),
        )


def from_line(line: str) -> Opening:
    """What `Opening.to_line` wrote."""
    from pydantic import TypeAdapter

    return TypeAdapter(Opening).validate_json(line)


def _resolved(root: Path) -> dict[str, Any]:
    import yaml

    return dict(yaml.safe_load((root / RESOLVED).read_text(encoding="utf-8")))
