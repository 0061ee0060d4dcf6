"""What dvc.lock says of the results so far: their hashes, by which DVC finds the bytes again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

LOCK = Path("dvc.lock")


def read_lock(root: Path) -> dict[str, Any]:
    """The stages of dvc.lock; none before the first `dvc repro`."""
    path = root / LOCK
    return lock_stages(path.read_text(encoding="utf-8")) if path.is_file() else {}


def lock_stages(text: str) -> dict[str, Any]:
    """The stages that the text of a dvc.lock holds."""
    import yaml

    return dict((yaml.safe_load(text) or {}).get("stages") or {})


def raw_hashes(stages: Mapping[str, Any]) -> dict[str, str]:
    """What the experiment starts from beside its settings: raw data and the project's own code."""
    return _hashes(stages.get("prepare", {}), "deps")


def hashes_before(stages: Mapping[str, Any], stage: str, root: Path) -> dict[str, str]:
    """Hashes by path of all that earlier stages read and made; later stages' may be of another run."""
    import yaml

    order = list(yaml.safe_load((root / "dvc.yaml").read_text(encoding="utf-8"))["stages"])
    found: dict[str, str] = {}
    for name in order[: order.index(stage)]:
        found |= _hashes(stages.get(name, {}), "deps") | _hashes(stages.get(name, {}), "outs")
    return found


def _hashes(stage: Mapping[str, Any], part: str) -> dict[str, str]:
    return {entry["path"]: f"md5:{entry['md5']}" for entry in stage.get(part, []) if "md5" in entry}
