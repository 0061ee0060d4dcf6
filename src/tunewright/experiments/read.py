"""All experiments of a project, and its folder as the row to compare with."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tunewright.artifacts import load_yaml
from tunewright.config.params_file import PARAMS, read_params_text
from tunewright.errors import ConfigError
from tunewright.experiments.dvc_queue import Entry, Queue
from tunewright.experiments.experiment import (
    FILES,
    LOCK,
    LOSSES,
    RESOLVED,
    WHOLE,
    Experiment,
    Reader,
    State,
    Value,
    stated,
)
from tunewright.experiments.git_files import WORKSPACE, Blob, read_files, refs
from tunewright.training.pruning import read_pruned

QUEUE = Path(".dvc") / "tmp" / "exps" / "celery"
COMPUTING = ("train", "evaluate", "report")


def read_experiments(root: Path, *, losses: bool = False) -> list[Experiment]:
    """The folder first, then what is computed, then what waits, runs or has failed.

    Args:
        root: the project's folder.
        losses: read the learning curves too.

    Raises:
        UsageError: the folder is in no git repository.
        ConfigError: it is no project's folder.
    """
    read_params_text(root)
    paths = (*FILES, LOSSES) if losses else FILES
    reader = Reader()
    found = [_workspace(root, reader, paths)]
    computed = refs(root)
    for ref, files in zip(computed, read_files(root, [r.commit for r in computed], paths), strict=True):
        found.append(reader.experiment(files, ref.name, "done", ref.commit, ref.baseline))
    waiting = _queue(root)
    for entry, files in zip(waiting, read_files(root, [e.revision for e in waiting], [PARAMS]), strict=True):
        one = _unfinished(entry.name, entry.state, files, entry.revision, entry.baseline)
        given_up = read_pruned(root, entry.name) if entry.state == "failed" else None
        found.append(replace(one, state="pruned", last_loss=given_up.losses[-1]) if given_up else one)
    return found


def read_computed(root: Path, names: Sequence[str], baseline: str) -> dict[str, Experiment]:
    """Finished experiments of these names that were started on a commit, with their learning curves.

    Args:
        root: the project's folder.
        names: as DVC shows them.
        baseline: full hash of the commit.
    """
    wanted = [ref for ref in refs(root) if ref.name in names and ref.baseline == baseline]
    files = read_files(root, [ref.commit for ref in wanted], (*FILES, LOSSES))
    reader = Reader()
    return {
        ref.name: reader.experiment(there, ref.name, "done", ref.commit, ref.baseline)
        for ref, there in zip(wanted, files, strict=True)
    }


def _workspace(root: Path, reader: Reader, paths: tuple[str, ...]) -> Experiment:
    """The folder as it is; `changed` if its settings are not those of its results."""
    files = {
        path: Blob(hashlib.sha1(content, usedforsecurity=False).hexdigest(), content)
        for path in paths
        if (root / path).is_file()
        for content in [(root / path).read_bytes()]
    }
    found = reader.experiment(files, WORKSPACE, "done")
    if found.state == "damaged":
        return found
    if not found.complete:
        return _unfinished(WORKSPACE, "not run", files)
    if not found.tuned:
        return replace(found, state="not run")
    return replace(found, state="changed") if _is_changed(files) else found


def _is_changed(files: Mapping[str, Blob]) -> bool:
    """Whether the results are those of other settings than params.yaml and resolved.yaml hold.

    Told from what the files say: the parameters that dvc.lock has for the stages, and the single values that
    params.yaml states. Edits below conf/ show once `compose` has run.
    """
    if LOCK not in files or RESOLVED not in files:
        return True
    stages = load_yaml(files[LOCK].content).get("stages", {})
    settings = load_yaml(files[RESOLVED].content)
    if not set(COMPUTING) <= set(stages):
        return True
    used = (item for stage in COMPUTING for item in stages[stage]["params"][RESOLVED].items())
    try:
        declared = stated(files[PARAMS])
    except ConfigError:
        return True
    plain = ((key, value) for key, value in declared.items() if _is_plain(key, value))
    return any(_at(settings, key) != value for key, value in (*used, *plain))


def _is_plain(key: str, value: Value) -> bool:
    """Whether resolved.yaml repeats the value as it stands: no list, reference or file."""
    return key not in WHOLE and not isinstance(value, list | Mapping) and "${" not in str(value)


def _at(values: Any, key: str) -> Any:  # noqa: ANN401 - plain values
    for part in key.split("."):
        values = values.get(part) if isinstance(values, Mapping) else None
    return values


def _unfinished(
    name: str, state: State, files: Mapping[str, Blob], commit: str = "", baseline: str = ""
) -> Experiment:
    """Its settings are those that its params.yaml states: nothing was composed yet."""
    try:
        settings = stated(files[PARAMS])
    except (KeyError, ConfigError):
        return Experiment(name, state, commit, baseline)
    chosen = frozenset(key for key in settings if not key.startswith("choices."))
    return Experiment(name, state, commit, baseline, settings=settings, chosen=chosen)


def _queue(root: Path) -> list[Entry]:
    """What runs, waits or has failed, if there ever was a queue: asking costs a second, DVC's import."""
    if not (root / QUEUE).is_dir():
        return []
    order = ("running", "queued", "failed")
    unfinished = (entry for entry in Queue(root).entries() if entry.state in order)
    return sorted(unfinished, key=lambda entry: order.index(entry.state))
