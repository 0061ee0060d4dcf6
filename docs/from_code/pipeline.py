"""The stages of dvc.yaml: what each reads, may read freely, and writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from .tables import codes, table

DVC_YAML = Path(__file__).parents[2] / "dvc.yaml"


def markdown() -> str:
    """A section a stage, in the order of dvc.yaml."""
    return "\n".join(_section(name, stage) for name, stage in stages().items())


def stages() -> dict[str, Any]:
    """The stages as dvc.yaml declares them."""
    found: dict[str, Any] = yaml.safe_load(DVC_YAML.read_text(encoding="utf-8"))["stages"]
    return found


def written(stage: dict[str, Any]) -> Iterator[str]:
    """The files and folders that a stage writes."""
    for kind in ("outs", "metrics", "plots"):
        for entry in stage.get(kind, []):
            yield entry if isinstance(entry, str) else next(iter(entry))


def _section(name: str, stage: dict[str, Any]) -> str:
    settings = [key for entry in stage.get("params", []) for key in entry["resolved.yaml"]]
    files = "`params.yaml`, `conf/`, the packaged options; always" if stage.get("always_changed") else ""
    rows = [
        ["reads files", codes(stage.get("deps", [])) or files],
        ["reads settings", codes(settings)],
        ["reads freely", codes(stage.get("meta", {}).get("untracked", []))],
        ["writes", codes(written(stage))],
    ]
    return f"## {name}\n\n{stage['desc']}\n\n{table(['', ''], [row for row in rows if row[1]])}"
