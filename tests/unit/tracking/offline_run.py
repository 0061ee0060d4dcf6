"""What an offline run of W&B holds, read back from its files."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tunewright.tracking.wandb_file import run_records


@dataclass
class OfflineRun:
    """What a run file and the files beside it hold."""

    run_id: str = ""
    project: str = ""
    name: str = ""
    group: str = ""
    notes: str = ""
    host: str = ""
    tags: list[str] = field(default_factory=list)
    config: dict[str, Any] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    artifacts: dict[str, dict[str, Any]] = field(default_factory=dict)
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    exit_code: int | None = None
    kinds: set[str] = field(default_factory=set)


def run_files(store: Path) -> list[Path]:
    """The run files in `.tunewright`, oldest first."""
    return sorted((store / "wandb").glob("*run-*/*.wandb"), key=lambda path: path.stat().st_mtime_ns)


def read_offline_run(path: Path) -> OfflineRun:
    """Read a run file."""
    found = OfflineRun()
    assert path.read_bytes()[:4] == b":W&B"
    for record in run_records(path):
        kind = record.WhichOneof("record_type")
        found.kinds.add(kind)
        if kind == "run":
            run = record.run
            found.run_id, found.project, found.name = run.run_id, run.project, run.display_name
            found.group, found.notes, found.host = run.run_group, run.notes, run.host
            found.tags = list(run.tags)
            found.config |= _items(run.config.update)
        elif kind == "config":
            found.config |= _items(record.config.update)
        elif kind == "history":
            found.history.append(_items(record.history.item))
        elif kind == "summary":
            found.summary |= _items(record.summary.update)
        elif kind == "artifact":
            found.artifacts[record.artifact.name] = _artifact(record.artifact)
        elif kind == "exit":
            found.exit_code = record.exit.exit_code
    for table in path.parent.glob("files/media/table/*.table.json"):
        found.tables[table.name.split("_")[0]] = json.loads(table.read_text())
    return found


def together(runs: list[OfflineRun]) -> OfflineRun:
    """Several stages' files of one run, as `wandb sync` puts them together."""
    (run_id,) = {run.run_id for run in runs}
    whole = OfflineRun(run_id)
    for run in runs:
        whole.config |= run.config
        whole.history += run.history
        whole.summary |= run.summary
        whole.artifacts |= run.artifacts
        whole.tables |= run.tables
    return whole


def _artifact(artifact: Any) -> dict[str, Any]:
    entries = {entry.path: entry.ref or entry.local_path for entry in artifact.manifest.contents}
    return {"type": artifact.type, "metadata": json.loads(artifact.metadata or "{}"), "entries": entries}


def _items(items: Any) -> dict[str, Any]:
    return {item.key or ".".join(item.nested_key): json.loads(item.value_json) for item in items}
