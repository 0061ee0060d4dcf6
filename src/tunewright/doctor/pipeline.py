"""DVC: is it initialised, are its commands those of this environment, does dvc.lock belong to dvc.yaml?"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tunewright.doctor.dvc_settings import read_dvc_settings
from tunewright.doctor.examined import Examined
from tunewright.doctor.finding import Finding, ok, skipped, warning, wrong
from tunewright.doctor.lock_file import LOCK, damage_of, is_merge_mark
from tunewright.errors import TunewrightError
from tunewright.scaffold.pipeline import PIPELINE, missing_in

COMMANDS = ("dvc", "tunewright")


def check(examined: Examined) -> Iterator[Finding]:
    """Commands on the path, DVC's folder and settings, pipeline and lock file."""
    root = examined.root
    if root is None:
        return
    for name in COMMANDS:
        yield command(name, shutil.which(name), Path(sys.executable).parent)
    yield initialised(root)
    yield from lock_file(root)


def command(name: str, found: str | None, bin_: Path) -> Finding:
    """Is the command that the shell would start the one of this environment?

    Args:
        name: of the command.
        found: where the shell finds it; null if it does not.
        bin_: the folder of this environment's commands.
    """
    activate = f". {bin_}/activate"
    if found is None:
        return wrong("dvc.commands", f"the shell does not find {name}", str(bin_), activate)
    if Path(found).parent.resolve() != bin_.resolve():
        message = f"the shell finds {found}, which belongs to another environment than {bin_}"
        return warning("dvc.commands", message, name, activate)
    return ok("dvc.commands", f"{name} is this environment's")


def initialised(root: Path) -> Finding:
    """Is there a .dvc folder with readable settings?"""
    if not (root / ".dvc").is_dir():
        return wrong("dvc.initialised", "no .dvc folder", str(root), "dvc init")
    try:
        read_dvc_settings(root)
    except TunewrightError as error:
        return wrong("dvc.initialised", error.what, error.where, error.fix)
    return ok("dvc.initialised", "DVC is initialised")


def lock_file(root: Path) -> Iterator[Finding]:
    """Are dvc.yaml and dvc.lock readable, and do they list the same stages, commands, inputs and outputs?"""
    if not (root / PIPELINE).is_file():
        yield wrong("dvc.pipeline", "does not exist", PIPELINE, "git checkout -- dvc.yaml")
        return
    pipeline = _stages(root / PIPELINE)
    if isinstance(pipeline, Finding):
        yield pipeline
        return
    yield from older_project(root)
    if not (root / LOCK).is_file():
        yield skipped("dvc.lock", "no dvc.lock: the pipeline has not run yet", LOCK, "dvc repro")
        return
    if damage_of(root / LOCK):
        return  # `lock_file` tells of it
    locked = _stages(root / LOCK)
    if isinstance(locked, Finding):
        yield locked
        return
    differing = list(differences(pipeline, locked))
    for stage, what in differing:
        yield warning("dvc.lock", f"stage {stage}: {what}", LOCK, "dvc repro")
    if not differing:
        yield ok("dvc.lock", f"dvc.lock belongs to dvc.yaml ({len(locked)} stages ran)")


def older_project(root: Path) -> Iterator[Finding]:
    """What a project made by an earlier version lacks; nothing if it lacks nothing."""
    for missing in missing_in(root):
        yield wrong("dvc.pipeline", missing.what, missing.where, missing.fix)


def differences(
    pipeline: Mapping[str, Mapping[str, Any]], locked: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, str]]:
    """Stage by stage, what dvc.lock says otherwise than dvc.yaml; stages with templates are left out."""
    for name, entry in locked.items():
        declared = pipeline.get(name)
        if declared is None:
            if not _generated(pipeline.get(name.partition("@")[0], {})):
                yield name, "is in dvc.lock and no longer in dvc.yaml"
            continue
        if _generated(declared):
            continue
        if declared.get("cmd") != entry.get("cmd"):
            yield name, "its command has changed since it ran"
        for kind, keys in (("deps", ("deps",)), ("outs", ("outs", "metrics", "plots"))):
            wanted = {path for key in keys for path in _paths(declared.get(key))}
            recorded = {str(one.get("path")) for one in entry.get(kind) or []}
            if wanted != recorded:
                other = ", ".join(sorted(wanted ^ recorded))
                yield (
                    name,
                    f"its {'inputs' if kind == 'deps' else 'outputs'} have changed since it ran: {other}",
                )
    for name, declared in pipeline.items():
        if name not in locked and not _generated(declared):
            yield name, "has not run yet"


def _generated(entry: Mapping[str, Any]) -> bool:
    """Whether DVC makes the stage's text from a template."""
    return "foreach" in entry or "matrix" in entry or "${" in str(entry)


def _paths(entries: Iterable[Any] | None) -> Iterator[str]:
    for entry in entries or []:
        yield from [str(path) for path in entry] if isinstance(entry, Mapping) else [str(entry)]


def _stages(path: Path) -> dict[str, dict[str, Any]] | Finding:
    """The stages of dvc.yaml or dvc.lock, or what is wrong with the file."""
    text = path.read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), start=1):
        if is_merge_mark(line):
            fix = f"settle the merge in {path.name}" + (
                ", or: git rm dvc.lock && dvc repro" * (path.name == LOCK)
            )
            return wrong("dvc.lock", "has the marks of an unsettled merge", f"{path.name}:{number}", fix)
    try:
        stages = (yaml.safe_load(text) or {}).get("stages") or {}
        return {str(name): dict(entry) for name, entry in stages.items()}
    except (yaml.YAMLError, AttributeError, TypeError, ValueError) as error:
        cause = str(error).splitlines()[0]
        return wrong("dvc.lock", f"cannot be read: {cause}", path.name, f"git checkout -- {path.name}")
