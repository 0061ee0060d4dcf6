"""base_suites: ask the untouched base model what lies beyond the task."""

from __future__ import annotations

from pathlib import Path

from tunewright.artifacts import BASE_SUITES
from tunewright.models.load import load_base
from tunewright.stages.asking_suites import DEPENDENCIES as DEPENDENCIES
from tunewright.stages.asking_suites import ask_suites


def run(root: Path) -> None:
    """Ask, score, write; a run after a kill goes on where that stopped.

    Raises:
        EvaluationError: a file of own items cannot be used, or a prompt is too long.
        ModelError: the base model cannot be had or loaded.
    """
    ask_suites(
        "base_suites",
        root,
        contestant="zero_shot",
        results=BASE_SUITES,
        dependencies=DEPENDENCIES,
        load=load_base,
    )
