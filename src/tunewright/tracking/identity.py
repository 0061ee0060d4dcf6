"""Which experiment this is: the same answer in every stage of it, after a kill, and from its commit alone.

An experiment is its settings and what it starts from (raw data, extensions, version). Its name and
commit are not part of that: killed and started again, DVC may give it another name.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunewright.tracking.lineage import raw_hashes
from tunewright.tracking.source import commit_of

UNRELATED = ("tracking", "choices")
"""What may change without making another experiment; choices are names for values that stand elsewhere."""


@dataclass(frozen=True)
class Identity:
    """An experiment's id, name and place in history.

    Attributes:
        run_id: 16 hex digits, the same for all stages of one experiment.
        name: DVC's name of the experiment, or the project's slug with the start of the id.
        experiment: DVC's name of the experiment; empty for a plain `dvc repro`.
        commit: git commit on which it stands; empty outside a repository.
    """

    run_id: str
    name: str
    experiment: str
    commit: str


def identify(slug: str, resolved: Mapping[str, Any], lock: Mapping[str, Any], root: Path) -> Identity:
    """Say which experiment the project is running.

    Args:
        slug: the project's.
        resolved: content of resolved.yaml.
        lock: stages of dvc.lock.
        root: the project's folder.
    """
    run_id = run_id_of(resolved, lock)
    experiment = os.environ.get("DVC_EXP_NAME", "")
    return Identity(run_id, experiment or f"{slug}-{run_id[:6]}", experiment, commit_of(root))


def run_id_of(resolved: Mapping[str, Any], lock: Mapping[str, Any]) -> str:
    """The id of the experiment with these settings and these raw data."""
    settings = {key: value for key, value in resolved.items() if key not in UNRELATED}
    text = json.dumps([settings, raw_hashes(lock)], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
