"""Which experiment this is: the same answer in every stage of it, another one in every other."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

UNRELATED = ("tracking", "choices")
"""What may change without making another experiment; choices are names for values that stand elsewhere."""


@dataclass(frozen=True)
class Identity:
    """An experiment's name and place in history.

    Attributes:
        run_id: 16 hex digits, the same for all stages of one experiment.
        name: DVC's name of the experiment, or the project's slug with the start of the id.
        commit: git commit on which it stands; empty outside a repository.
    """

    run_id: str
    name: str
    commit: str


def identify(slug: str, resolved: Mapping[str, Any], commit: str | None = None) -> Identity:
    """Derive the identity from DVC's experiment name, the git commit and the settings.

    Args:
        slug: the project's.
        resolved: content of resolved.yaml.
        commit: git commit; asks git when None.
    """
    commit = _head() if commit is None else commit
    experiment = os.environ.get("DVC_EXP_NAME", "")
    settings = {key: value for key, value in resolved.items() if key not in UNRELATED}
    text = json.dumps([experiment, commit, settings], sort_keys=True, ensure_ascii=False, default=str)
    run_id = hashlib.sha256(text.encode()).hexdigest()[:16]
    return Identity(run_id, experiment or f"{slug}-{run_id[:6]}", commit)


def _head() -> str:
    # A queued experiment runs on a commit of its own, which goes away; DVC names the one it started from.
    if baseline := os.environ.get("DVC_EXP_BASELINE_REV"):
        return baseline
    try:
        result = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""
