"""compose: check params.yaml and conf/ as a whole, write resolved.yaml."""

from __future__ import annotations

from pathlib import Path

from tunewright.artifacts import write_text
from tunewright.config.compose import compose
from tunewright.config.resolved import to_yaml
from tunewright.config.stage_settings import RESOLVED
from tunewright.errors import TunewrightError
from tunewright.scaffold.pipeline import PIPELINE, missing_in

DVC = ".dvc"


def run(root: Path) -> None:
    """Compose, validate and write; an unchanged result leaves the file untouched.

    Raises:
        ConfigError: everything that is wrong, at once.
        TunewrightError: dvc.yaml is of an earlier version, or a file that each project has is missing.
    """
    settings = compose(root)
    refuse_older_project(root)
    text = to_yaml(settings)
    path = root / RESOLVED
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        write_text(path, text)


def refuse_older_project(root: Path) -> None:
    """Stop before a run that would leave out a stage, or end at a missing file after the training.

    Raises:
        TunewrightError: what is missing, and the command that brings it.
    """
    if not ((root / DVC).is_dir() and (root / PIPELINE).is_file()):
        return  # DVC, which runs the other stages, does not work here
    for missing in missing_in(root):
        raise TunewrightError(missing.what, where=missing.where, fix=missing.fix)
