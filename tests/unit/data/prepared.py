"""A project as the prepare stage leaves it, made of rows and settings."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.config.effects.effect import with_values
from tests.config.mistakes.kind import params
from tunewright.config.compose import compose
from tunewright.config.resolved import to_yaml
from tunewright.stages.prepare import run

ROOT = Path(__file__).parents[3]
SOURCE = {"path": "data/raw/rows.jsonl", "format": "prompt_completion", "licence": "none"}


def prepared(folder: Path, rows: Iterable[Mapping[str, Any]], given: Mapping[str, Any]) -> Path:
    """Write the rows into SOURCE, run prepare with these settings and return the folder."""
    settings = with_values(compose(ROOT, params()), given)
    raw = folder / "data" / "raw"
    raw.mkdir(parents=True)
    (raw / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "extensions").mkdir()
    shutil.copy(ROOT / "dvc.yaml", folder)
    (folder / "resolved.yaml").write_text(to_yaml(settings))
    run(folder)
    return folder
