"""`loading_for_scoring`: how every stage that scores loads the base model, so that all load it alike."""

from __future__ import annotations

from pathlib import Path

from tunewright.artifacts import BASE_MODEL
from tunewright.config.schema import Settings
from tunewright.config.schema.method import Quantization
from tunewright.models.fetch import resolve
from tunewright.models.load import Loading
from tunewright.models.record import read_record


def loading_for_scoring(settings: Settings, root: Path) -> Loading:
    """The base model's folder, fetched and verified where it is absent, and the settings of `evaluation`.

    Raises:
        ModelError: the base model cannot be had.
    """
    return Loading(
        folder=resolve(read_record(root / BASE_MODEL)),
        device=settings.hardware.device,
        precision=settings.evaluation.precision,
        quantization=Quantization() if settings.evaluation.load_in_4bit else None,
        trust_remote_code=settings.model.trust_remote_code,
    )
