"""`tunewright new --here`: fill an empty folder or a repository that was only begun; nothing is overwritten.

Begun means: .git, a readme, a licence, .gitignore, .gitattributes and no more. A README.md stays, ours comes
as README.tunewright.md; our lines are added to a .gitignore; a .gitattributes stays without ours. Where there
is anything at all, the history is its owner's: nothing is committed.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from tunewright.errors import ScaffoldError
from tunewright.scaffold.generate import WORKSHOP, whole_project

BEGINNINGS = {"readme", "license", "licence", "copying", "notice"}
GIT_FILES = {".git", ".gitignore", ".gitattributes"}
OUR_README = "README.tunewright.md"


def check_begun(folder: Path) -> None:
    """Make sure that a folder holds nothing but a repository's beginnings.

    Raises:
        ScaffoldError: it holds more, or is no folder; names what is in the way.
    """
    if not folder.is_dir():
        raise ScaffoldError("is no folder", where=str(folder), fix="leave --here out to have one made")
    in_the_way = sorted(path.name for path in folder.iterdir() if not _is_beginning(path))
    if in_the_way:
        raise ScaffoldError(
            f"is not empty: {', '.join(map(repr, in_the_way[:5]))}{', ...' if len(in_the_way) > 5 else ''}",
            where=str(folder),
            fix="--here fills an empty folder, or one with .git, README, LICENSE and .gitignore at most; "
            "leave it out to have a folder made",
        )


def _is_beginning(path: Path) -> bool:
    name = path.name.casefold()
    return name in GIT_FILES or name.split(".")[0] in BEGINNINGS or name.startswith(WORKSHOP)


def generate_here(answers: Mapping[str, str], folder: Path) -> bool:
    """Fill a folder that `check_begun` let pass; what was there stays.

    Returns:
        Whether the project was put under git; not where something was there before.

    Raises:
        ScaffoldError: a file is in the way, or cannot be written; the folder is as it was.
        ConfigError: the answers do not go together; the folder is as it was.
    """
    check_begun(folder)
    empty = not any(path for path in folder.iterdir() if not path.name.startswith(WORKSHOP))
    try:
        with whole_project(answers, folder, with_history=empty) as made:
            _moved_in(made, folder)
    except OSError as error:
        raise ScaffoldError(f"cannot be written: {error.strerror or error}", where=str(folder)) from error
    return empty and (folder / ".git").exists()


def _moved_in(made: Path, folder: Path) -> None:
    """Move everything, or take back what was moved."""
    ignored = folder / ".gitignore"
    before = ignored.read_bytes() if ignored.is_file() else None
    targets = _targets(made, folder, but=ignored if before is not None else None)
    moved: list[Path] = []
    try:
        if before is not None:
            ours = (made / ignored.name).read_bytes()
            ignored.write_bytes(before.rstrip(b"\n") + b"\n\n" + ours)
        for path, target in targets.items():
            moved.append(target)
            path.rename(target)
    except BaseException:
        for target in moved:
            if target.is_dir():
                shutil.rmtree(target)
            else:
                target.unlink(missing_ok=True)
        if before is not None:
            ignored.write_bytes(before)
        raise


def _targets(made: Path, folder: Path, but: Path | None) -> dict[Path, Path]:
    """Where each file and folder of the project goes; none of the places is taken."""
    there = {path.name.casefold() for path in folder.iterdir()}
    targets = {path: folder / path.name for path in sorted(made.iterdir()) if path.name != (but and but.name)}
    if ".gitattributes" in there:
        del targets[made / ".gitattributes"]
    if "readme.md" in there:
        targets[made / "README.md"] = folder / OUR_README
    for target in targets.values():
        if target.name.casefold() in there:
            raise ScaffoldError(f"{target.name} is in the way", where=str(folder))
    return targets
