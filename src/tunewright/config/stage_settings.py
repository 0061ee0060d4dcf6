"""The one way in which a stage gets its settings: exactly those that dvc.yaml lists for it.

A setting listed under `params` is tracked: changing it runs the stage again. One listed under
`meta.untracked` may change freely. Every other one is removed before the stage sees the settings, so
that reading it fails at once instead of leaving a stale result some day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from tunewright.config.schema import Settings
from tunewright.config.schema.node import Node
from tunewright.errors import TunewrightError

RESOLVED = Path("resolved.yaml")


@dataclass(frozen=True)
class StageSettings:
    """What a stage may read.

    Attributes:
        settings: the settings, without those the stage does not list.
        tracked: the tracked ones as plain values by dotted key, for the fingerprint of its scratch.
    """

    settings: Settings
    tracked: dict[str, Any]


def read_resolved(root: Path) -> Settings:
    """Read the settings that the compose stage wrote.

    Raises:
        TunewrightError: resolved.yaml is missing or was edited by hand.
    """
    import yaml
    from pydantic import ValidationError

    path = root / RESOLVED
    try:
        return Settings.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise TunewrightError("not there yet", where=str(RESOLVED), fix="dvc repro compose") from error
    except (yaml.YAMLError, ValidationError) as error:
        raise TunewrightError(
            "was edited by hand or written by another version; it is generated from params.yaml and conf/",
            where=str(RESOLVED),
            fix="dvc repro compose",
        ) from error


def stage_settings(stage: str, root: Path) -> StageSettings:
    """Read resolved.yaml and keep what dvc.yaml lists for the stage.

    Args:
        stage: name of the stage in dvc.yaml.
        root: the project's folder.

    Raises:
        TunewrightError: dvc.yaml lacks the stage or lists a setting that does not exist.
    """
    tracked, untracked = declared_keys(stage, root)
    settings = read_resolved(root)
    values = settings.model_dump(mode="json")
    for key in (*tracked, *untracked):
        _look_up(values, key, stage)
    return StageSettings(
        settings=cast(Settings, _pruned(settings, [*tracked, *untracked])),
        tracked={key: _look_up(values, key, stage) for key in tracked},
    )


def declared_keys(stage: str, root: Path) -> tuple[list[str], list[str]]:
    """The dotted keys that dvc.yaml lists for a stage: tracked, and untracked."""
    import yaml

    pipeline = yaml.safe_load((root / "dvc.yaml").read_text(encoding="utf-8"))
    try:
        entry = pipeline["stages"][stage]
    except KeyError as error:
        raise TunewrightError(f"has no stage {stage!r}", where="dvc.yaml") from error
    tracked = [
        key
        for params in entry.get("params") or []
        if isinstance(params, Mapping)
        for key in params.get(RESOLVED.name, [])
    ]
    return tracked, list((entry.get("meta") or {}).get("untracked") or [])


def _look_up(values: Mapping[str, Any], key: str, stage: str) -> Any:  # noqa: ANN401 - a setting's plain value
    value: Any = values
    for part in key.split("."):
        if value is None:
            return None
        if not isinstance(value, Mapping) or part not in value:
            raise TunewrightError(f"stage {stage} lists {key}, which is no setting", where="dvc.yaml")
        value = value[part]
    return value


def _pruned(node: Node, keys: Iterable[str]) -> Node:
    """A copy of the node that keeps only the listed dotted keys."""
    below: dict[str, list[str]] = {}
    for key in keys:
        head, _, rest = key.partition(".")
        below.setdefault(head, []).append(rest)
    copy = node.model_copy()
    for name in list(copy.__dict__):
        if name not in below:
            del copy.__dict__[name]
        elif all(below[name]) and isinstance(copy.__dict__[name], Node):
            copy.__dict__[name] = _pruned(copy.__dict__[name], below[name])
    return copy
