"""tuned_suites: ask the tuned model what the base model was asked, with the same settings."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tunewright.artifacts import ADAPTER, TUNED_SUITES
from tunewright.models.load import load_tuned
from tunewright.stages.asking_suites import DEPENDENCIES as OF_BOTH
from tunewright.stages.asking_suites import ask_suites

DEPENDENCIES = (*OF_BOTH, ADAPTER)


def run(root: Path) -> None:
    """Ask, score, write; a run after a kill goes on where that stopped.

    Raises:
        EvaluationError: a file of own items cannot be used, or a prompt is too long.
        ModelError: the base or tuned model cannot be had or loaded.
    """
    ask_suites(
        "tuned_suites",
        root,
        contestant="tuned",
        results=TUNED_SUITES,
        dependencies=DEPENDENCIES,
        load=partial(load_tuned, tuned_folder=root / ADAPTER),
    )
