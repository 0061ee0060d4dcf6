"""tuned_suites: ask the tuned model what the base model was asked, with the same settings."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tunewright.artifacts import ADAPTER, TUNED_SUITES
from tunewright.models.load import Loading, load_tuned
from tunewright.stages.asking_suites import DEPENDENCIES as OF_BOTH
from tunewright.stages.asking_suites import ask_suites

if TYPE_CHECKING:
    from transformers import PreTrainedModel

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
        load=partial(_load, root),
    )


def _load(root: Path, how: Loading) -> PreTrainedModel:
    return load_tuned(
        how.folder,
        root / ADAPTER,
        device=how.device,
        precision=how.precision,
        quantization=how.quantization,
        trust_remote_code=how.trust_remote_code,
    )
