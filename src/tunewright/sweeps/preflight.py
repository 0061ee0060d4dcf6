"""What a queued experiment would lack: it runs in a copy, made from what git and DVC know."""

from __future__ import annotations

import json
from pathlib import Path

from tunewright.config.params_file import PARAMS
from tunewright.config.places import CONF
from tunewright.doctor.git import git
from tunewright.doctor.raw_data import RAW, outputs
from tunewright.errors import UsageError
from tunewright.extensions import FOLDER as EXTENSIONS

PIPELINE = "dvc.yaml"
READ = (PARAMS, PIPELINE, CONF.as_posix(), RAW.as_posix(), EXTENSIONS.as_posix())
"""What a run reads; changes to known files are taken along, whether committed or not."""


def check_experiments_work(root: Path) -> None:
    """Make sure that DVC can make experiments here.

    Raises:
        UsageError: no git repository, no commit, or no DVC in it.
    """
    try:
        inside = git(root, "rev-parse", "--is-inside-work-tree")
    except FileNotFoundError as error:
        raise UsageError("git is not installed, and experiments are commits", fix="install git") from error
    if inside.out.strip() != "true":
        raise UsageError(
            "no git repository, and experiments are commits",
            where=str(root),
            fix="git init && dvc init && git add --all && git commit -m Start",
        )
    if not (root / ".dvc").is_dir():
        raise UsageError("DVC is not initialised here", where=str(root), fix="dvc init && git add .dvc")
    if git(root, "rev-parse", "--verify", "--quiet", "HEAD").code:
        raise UsageError(
            "git has no commit yet, which experiments start from",
            where=str(root),
            fix="git add --all && git commit -m Start",
        )


def check_nothing_is_left_behind(root: Path) -> None:
    """Name every file that a run reads here and that a queued one would not find.

    Raises:
        UsageError: the files, with the command that makes git or DVC know each.
    """
    new = _files(root, "ls-files", "-z", "--others", "--exclude-standard", "--", *READ)
    ignored = _files(
        root, "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--", RAW.as_posix()
    )
    by_dvc = {path for pointer in (root / RAW.parent).rglob("*.dvc") for path in outputs(pointer, root)}
    new, ignored = ([name for name in names if not _covered(name, by_dvc)] for names in (new, ignored))
    if not new and not ignored:
        return
    lines = [f"  {name}: git does not know it" for name in new]
    lines += [f"  {name}: git ignores it and DVC does not know it" for name in ignored]
    fixes = [f"git add {' '.join(map(_quoted, new))}"] if new else []
    fixes += [f"dvc add {' '.join(map(_quoted, ignored))}"] if ignored else []
    if any(Path(name).is_relative_to(RAW) and not name.endswith(".dvc") for name in new):
        fixes.append("data of customers never goes into git: dvc add it instead")
    count = len(new) + len(ignored)
    raise UsageError(
        f"an experiment runs in a copy and would not see {count} file{'s' * (count > 1)}\n"
        + "\n".join(lines),
        fix="; ".join(fixes),
    )


def _files(root: Path, *arguments: str) -> list[str]:
    """The names that git lists, without those that no run reads: hidden ones and Python's caches."""
    return [
        name
        for name in git(root, *arguments).names
        if not any(part.startswith(".") or part == "__pycache__" for part in Path(name).parts)
    ]


def _covered(name: str, by_dvc: set[str]) -> bool:
    return bool(by_dvc & {name, *(parent.as_posix() for parent in Path(name).parents)})


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False) if " " in name else name
