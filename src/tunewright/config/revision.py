"""The resolved settings of a git revision, to compare with those of now."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunewright.config.compose import compose
from tunewright.config.params_file import PARAMS
from tunewright.config.places import CONF
from tunewright.config.stage_settings import RESOLVED
from tunewright.errors import ConfigError, UsageError
from tunewright.extensions import FOLDER as EXTENSIONS

ABSENT = "(absent)"


@dataclass(frozen=True)
class Change:
    """A setting that differs.

    Attributes:
        key: dotted.
        then, now: its values; `ABSENT` where there is none.
    """

    key: str
    then: Any
    now: Any


@dataclass(frozen=True)
class Revision:
    """The settings of a revision.

    Attributes:
        values: nested, as resolved.yaml holds them.
        recorded: read from the revision's resolved.yaml, not composed anew.
    """

    values: dict[str, Any]
    recorded: bool


def settings_at(root: Path, revision: str) -> Revision:
    """What the revision's resolved.yaml records; composed from its params.yaml and conf/ if it has none.

    Args:
        root: the project's folder.
        revision: anything that git understands: HEAD, a tag, a commit, an experiment's name.

    Raises:
        UsageError: git does not know the revision, or it holds no project.
        ConfigError: it has no resolved.yaml, and what it declares does not hold today.
    """
    name = commit_of(root, revision)
    if name is None:
        raise UsageError(f"git knows no revision {revision!r} here", fix="git log --oneline")
    recorded = _git(root, "show", f"{name}:./{RESOLVED}")
    if recorded.returncode == 0:
        import yaml

        return Revision(dict(yaml.safe_load(recorded.stdout)), recorded=True)
    return Revision(_composed(root, name, revision), recorded=False)


def commit_of(root: Path, revision: str) -> str | None:
    """The commit that goes by a name which git knows, or by that of a DVC experiment; null without one."""
    for name in (revision, *_experiments(root, revision)):
        found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        if found.returncode == 0:
            return found.stdout.decode().strip()
    return None


def file_at(root: Path, commit: str, path: Path) -> str | None:
    """The text of a project's file as a commit has it; null if it has none."""
    found = _git(root, "show", "--end-of-options", f"{commit}:./{path.as_posix()}")
    return found.stdout.decode() if found.returncode == 0 else None


def changes(then: Any, now: Any, key: str = "") -> Iterator[Change]:  # noqa: ANN401 - plain values
    """Where two nested values differ, as far down as both are nested: first what is there now."""
    before, after = _entries(then), _entries(now)
    if before is None or after is None:
        if then != now:
            yield Change(key, then, now)
        return
    for name in [*after, *(name for name in before if name not in after)]:
        below = f"{key}.{name}" if key else name
        yield from changes(before.get(name, ABSENT), after.get(name, ABSENT), below)


def _experiments(root: Path, name: str) -> list[str]:
    """The references under which DVC keeps experiments of a name: refs/exps/BASE/COMMIT/NAME."""
    listed = _git(root, "for-each-ref", "--format=%(refname)", "refs/exps").stdout.decode()
    return [line for line in listed.splitlines() if line.rpartition("/")[2] == name]


def _composed(root: Path, commit: str, revision: str) -> dict[str, Any]:
    """Compose a copy of the revision's declarations in a temporary folder; the project is not touched."""
    wanted = [PARAMS, CONF.as_posix(), EXTENSIONS.as_posix()]
    there = _git(root, "ls-tree", "--name-only", commit, *wanted).stdout.decode().split()
    if PARAMS not in there:
        raise UsageError(f"holds neither {RESOLVED} nor {PARAMS}", where=revision)
    archive = _git(root, "archive", "--format=tar", commit, *there).stdout
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
        try:
            return compose(Path(folder)).model_dump(mode="json")
        except ConfigError as error:
            raise UsageError(
                f"has no {RESOLVED}, and today's tunewright cannot compose its settings:\n{error}",
                where=revision,
                fix=f"choose a revision that has a {RESOLVED}: git log --oneline -- {RESOLVED}",
            ) from error


def _entries(value: Any) -> dict[str, Any] | None:  # noqa: ANN401 - plain values
    """What a mapping or a list of mappings holds by key or number; None for a leaf."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and value and all(isinstance(entry, dict) for entry in value):
        return {str(number): entry for number, entry in enumerate(value)}
    return None


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise UsageError("git is not installed, so there are no revisions to compare with") from error
