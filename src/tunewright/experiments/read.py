"""All experiments of a project, and its folder as the row to compare with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tunewright.config.params_file import PARAMS, read_params_text
from tunewright.errors import ConfigError, TunewrightError
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
    load_yaml,
    stated,
)
from tunewright.experiments.git_files import Blob, read_files, refs

WORKSPACE = "workspace"
QUEUE = Path(".dvc") / "tmp" / "exps" / "celery"
COMPUTING = ("train", "evaluate", "report")


@dataclass(frozen=True)
class _Entry:
    """An experiment in DVC's queue that has no result; `revision` is the commit that it starts from."""

    name: str
    revision: str
    baseline: str
    state: State


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
    waiting = list(_queue(root))
    for entry, files in zip(waiting, read_files(root, [e.revision for e in waiting], [PARAMS]), strict=True):
        found.append(_unfinished(entry, files))
    return found


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
        return _unfinished(_Entry(WORKSPACE, "", "", "not run"), files)
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


def _unfinished(entry: _Entry, files: Mapping[str, Blob]) -> Experiment:
    """Its settings are those that its params.yaml states: nothing was composed yet."""
    try:
        settings = stated(files[PARAMS])
    except (KeyError, ConfigError):
        return Experiment(entry.name, entry.state, entry.revision, entry.baseline)
    chosen = frozenset(key for key in settings if not key.startswith("choices."))
    return Experiment(
        entry.name, entry.state, entry.revision, entry.baseline, settings=settings, chosen=chosen
    )


def _queue(root: Path) -> Iterator[_Entry]:
    """DVC's queue, if there ever was one: asking costs a second, most of it DVC's import."""
    if not (root / QUEUE).is_dir():
        return
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    try:
        with Repo(str(root)) as repo:
            queue = repo.experiments.celery_queue
            yield from (_entry(entry, "running") for entry in queue.iter_active())
            yield from (_entry(entry, "queued") for entry in queue.iter_queued())
            yield from (_entry(done.entry, "failed") for done in queue.iter_failed())
    except DvcException as error:
        raise TunewrightError(
            f"DVC cannot read its queue: {error}", fix="dvc queue remove --success --failed"
        ) from error


def _entry(entry: Any, state: State) -> _Entry:  # noqa: ANN401 - DVC has no types
    return _Entry(entry.name or entry.stash_rev[:7], entry.stash_rev, entry.baseline_rev, state)
