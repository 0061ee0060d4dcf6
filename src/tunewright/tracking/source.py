"""From which commit something was made, and what of the project differed from it."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

DECLARED = ("conf", "data", "dvc.yaml", "extensions", "params.yaml", "pyproject.toml")
"""What people edit; everything else in git is written by the pipeline."""


@dataclass(frozen=True)
class Source:
    """A state of a project.

    Attributes:
        commit: the full hash; empty outside a repository. Of an experiment the one that it started from.
        changed: files that people edit and that differed from it, new ones included.
        experiment: DVC's name of the experiment; empty for a plain `dvc repro`.
    """

    commit: str
    changed: tuple[str, ...] = ()
    experiment: str = ""


def source_of(root: Path) -> Source:
    """The state that the project's folder is in."""
    commit = commit_of(root)
    if not commit:
        return Source("")
    named = (
        _git(root, "diff", "--name-only", "--relative", "-z", commit, "--", *DECLARED),
        _git(root, "ls-files", "--others", "--exclude-standard", "-z", "--", *DECLARED),
    )
    changed = sorted({path for text in named for path in (text or "").split("\0") if path})
    return Source(commit, tuple(changed), os.environ.get("DVC_EXP_NAME", ""))


def commit_of(root: Path) -> str:
    """The commit that the project stands on; empty outside a repository."""
    # A queued experiment runs on a commit of its own, which goes away; DVC names the one it started from.
    if baseline := os.environ.get("DVC_EXP_BASELINE_REV"):
        return baseline
    return (_git(root, "rev-parse", "HEAD") or "").strip()


def _git(root: Path, *arguments: str) -> str | None:
    """What git prints; None where it is not installed, does not answer, or refuses."""
    try:
        result = subprocess.run(["git", *arguments], cwd=root, capture_output=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return result.stdout.decode(errors="replace") if result.returncode == 0 else None
