"""The tuned model's answers of a revision, read from DVC's cache through the revision's dvc.lock."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunewright.artifacts import EVALUATION, TEST_ROWS, load_yaml
from tunewright.config.mistakes.nearest import did_you_mean
from tunewright.config.revision import commit_of
from tunewright.config.schema.evaluation import Statistics
from tunewright.config.schema.task import OutputContract, TaskKind
from tunewright.doctor.dvc_settings import read_dvc_settings
from tunewright.errors import TunewrightError, UsageError
from tunewright.evaluation.predictions import PREDICTIONS, Prediction, read_predictions
from tunewright.experiments.adopt import find
from tunewright.experiments.experiment import LOCK, RESOLVED
from tunewright.experiments.git_files import WORKSPACE, Blob, named_revisions, read_files, refs

FOLDER_ENTRY = ".dir"


@dataclass(frozen=True)
class Contract:
    """What a revision's answers are scored by.

    Attributes:
        kind: of the task.
        output: what an answer must look like.
        metrics: the task's, most important first.
        statistics: of the intervals.
    """

    kind: TaskKind
    output: OutputContract
    metrics: tuple[str, ...]
    statistics: Statistics


@dataclass(frozen=True)
class Answers:
    """The tuned model's answers of a revision.

    Attributes:
        name: of the revision, as it was typed.
        commit: its full hash; empty for the folder as it is.
        test_rows: hash of the test rows, as dvc.lock has it.
        predictions: in the order of the test rows.
        contract: what they are scored by.
    """

    name: str
    commit: str
    test_rows: str
    predictions: Sequence[Prediction]
    contract: Contract


def read_answers(root: Path, revision: str) -> Answers:
    """Read the answers of an experiment, of anything else that git understands, or of the folder.

    Args:
        root: the project's folder.
        revision: an experiment's name, a branch, tag or commit, or `workspace`.

    Raises:
        UsageError: git knows no such revision, or it holds no results.
        TunewrightError: its answers are not in the cache; says how to fetch them.
    """
    commit = "" if revision == WORKSPACE else _commit(root, revision)
    files = read_files(root, [commit], (LOCK, RESOLVED))[0] if commit else _files_here(root)
    lock = _stage(files, revision)
    return Answers(
        name=revision,
        commit=commit,
        test_rows=_hash(lock.get("deps", ()), TEST_ROWS, revision),
        predictions=_predictions(root, lock, revision) if commit else read_predictions(_here(root)),
        contract=_contract(files, revision),
    )


def _commit(root: Path, revision: str) -> str:
    known = refs(root)
    if sum(ref.name == revision for ref in known) > 1:
        return find(root, known, revision).commit
    commit = commit_of(root, revision)
    if commit is None:
        raise UsageError(
            f"git knows no revision {revision!r} here, and there is no experiment of that name",
            fix=did_you_mean(revision, named_revisions(root))
            or "tunewright experiments, or git log --oneline",
        )
    return commit


def _files_here(root: Path) -> dict[str, Blob]:
    return {
        path: Blob("", (root / path).read_bytes()) for path in (LOCK, RESOLVED) if (root / path).is_file()
    }


def _here(root: Path) -> Path:
    path = root / EVALUATION / PREDICTIONS
    if not path.is_file():
        raise TunewrightError(
            "the answers of the folder as it is are not there",
            where=str(EVALUATION / PREDICTIONS),
            fix=f"dvc pull {EVALUATION}, or compute them: dvc repro",
        )
    return path


def _stage(files: Mapping[str, Blob], revision: str) -> Mapping[str, Any]:
    """What dvc.lock says of the stage that scored the tuned model."""
    lock = load_yaml(files[LOCK].content) if LOCK in files else {}
    stage = lock.get("stages", {}).get("evaluate")
    if stage is None or RESOLVED not in files:
        missing = RESOLVED if stage is not None else LOCK
        raise UsageError(f"holds no results of `evaluate`: see {missing}", where=revision, fix="dvc repro")
    return dict(stage)


def _contract(files: Mapping[str, Blob], revision: str) -> Contract:
    """Of resolved.yaml only what is needed: other settings may have had other names in that revision."""
    from pydantic import ValidationError

    try:
        values = load_yaml(files[RESOLVED].content)
        task = values["task"]
        return Contract(
            kind=task["kind"],
            output=OutputContract.model_validate(task["output"]),
            metrics=tuple(task["metrics"]),
            statistics=Statistics.model_validate(values["evaluation"]["statistics"]),
        )
    except (KeyError, TypeError, ValidationError) as error:
        raise UsageError(
            f"{RESOLVED} was written by another version of tunewright", where=revision, fix="dvc repro"
        ) from error


def _hash(entries: Sequence[Mapping[str, Any]], path: Path, revision: str) -> str:
    for entry in entries:
        if entry["path"] == path.as_posix() and "md5" in entry:
            return str(entry["md5"])
    raise UsageError(f"{LOCK} has no hash of {path}", where=revision, fix="dvc repro evaluate")


def _predictions(root: Path, lock: Mapping[str, Any], revision: str) -> Sequence[Prediction]:
    """The file of the cache that a revision's dvc.lock leads to."""
    folder = _hash(lock.get("outs", ()), EVALUATION, revision)
    cache = read_dvc_settings(root).cache / "files" / "md5"
    entries = json.loads(_cached(root, cache, folder, revision).read_text(encoding="utf-8"))
    file = next((entry["md5"] for entry in entries if entry["relpath"] == PREDICTIONS), None)
    if file is None:
        raise UsageError(f"{EVALUATION} holds no {PREDICTIONS}", where=revision, fix="dvc repro evaluate")
    return read_predictions(_cached(root, cache, file, revision))


def _cached(root: Path, cache: Path, name: str, revision: str) -> Path:
    """The file of the cache under a hash, whole."""
    path = cache / name[:2] / name[2:]
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise TunewrightError(
            f"the answers of {revision} are not in DVC's cache here",
            where=str(path),
            fix=_fetch(root, revision),
        ) from error
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != name.removesuffix(FOLDER_ENTRY):
        raise TunewrightError(
            f"the answers of {revision} are damaged in DVC's cache",
            where=str(path),
            fix=f"rm {path}, then {_fetch(root, revision)}",
        )
    return path


def _fetch(root: Path, revision: str) -> str:
    """What brings a revision's answers from the remote: an experiment's commit is on no branch."""
    if any(revision in (ref.name, ref.commit) for ref in refs(root)):
        return f"dvc exp pull GIT_REMOTE {revision}"
    return f"dvc fetch --all-commits {EVALUATION}"
