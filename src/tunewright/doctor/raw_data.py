"""Raw data: git or DVC must know every file, or experiments, clones and colleagues go without it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from tunewright.doctor.examined import Examined
from tunewright.doctor.finding import Finding, ok, skipped, warning, wrong
from tunewright.doctor.git import git, is_repository

RAW = Path("data/raw")
OWN = {".gitignore", ".gitkeep", ".dvcignore"}


def check(examined: Examined) -> Iterator[Finding]:
    """Hold the files under data/raw against git's list and the .dvc files."""
    root = examined.root
    if root is None:
        return
    if not is_repository(root):
        yield skipped("data.raw", "no git repository")
        return
    if not (root / RAW).is_dir():
        yield skipped("data.raw", "there is none yet", RAW.as_posix())
        return
    tracked = set(git(root, "ls-files", "-z", "--", RAW.parent.as_posix()).names)
    pointers = sorted((root / RAW.parent).rglob("*.dvc"))
    by_dvc = {path for pointer in pointers for path in outputs(pointer, root)}
    held = sorted(path.relative_to(root).as_posix() for path in (root / RAW).rglob("*") if path.is_file())
    files = [name for name in held if Path(name).name not in OWN and not name.endswith(".dvc")]
    ignored = set(git(root, "check-ignore", "-z", "--stdin", stdin="\0".join(files)).names)
    found = [
        *unknown(files, tracked, by_dvc, ignored),
        *absent(root, by_dvc),
        *uncommitted(
            pointer.relative_to(root).as_posix()
            for pointer in pointers
            if pointer.is_file() and pointer.relative_to(root).as_posix() not in tracked
        ),
    ]
    yield from found
    if not found:
        yield ok("data.raw", f"git or DVC knows all of it ({len(files)} files)", RAW.as_posix())


def outputs(pointer: Path, root: Path) -> list[str]:
    """The paths that a .dvc file stands for, relative to the project."""
    try:
        content = yaml.safe_load(pointer.read_text(encoding="utf-8")) or {}
        folder = pointer.parent / str(content.get("wdir") or ".")
        named = [(folder / str(out["path"])).resolve() for out in content.get("outs") or []]
    except (yaml.YAMLError, AttributeError, KeyError, TypeError):
        return []
    return [
        path.relative_to(root.resolve()).as_posix() for path in named if path.is_relative_to(root.resolve())
    ]


def unknown(
    files: Iterable[str], tracked: set[str], by_dvc: set[str], ignored: set[str]
) -> Iterator[Finding]:
    """Files that neither git nor DVC knows; a folder that DVC knows covers what lies in it."""
    for name in files:
        above = {name, *(parent.as_posix() for parent in Path(name).parents)}
        if name in tracked or above & by_dvc:
            continue
        if name in ignored:
            message = "git ignores it and DVC does not know it: experiments and clones run without it"
            yield wrong("data.raw", message, name, f"dvc add {name}")
        else:
            fix = f"dvc add {name} (small examples without personal data: git add {name})"
            yield warning("data.raw", "neither git nor DVC knows it: clones run without it", name, fix)


def absent(root: Path, by_dvc: Iterable[str]) -> Iterator[Finding]:
    """Data that DVC knows and that is not here."""
    for name in sorted(by_dvc):
        if not (root / name).exists():
            yield warning("data.raw", "DVC knows it, and it is not here", name, "dvc pull, or: dvc checkout")


def uncommitted(pointers: Iterable[str]) -> Iterator[Finding]:
    """Data that DVC knows and git does not know of."""
    for name in pointers:
        yield warning("data.raw", "git does not know this file of DVC's", name, f"git add {name}")
