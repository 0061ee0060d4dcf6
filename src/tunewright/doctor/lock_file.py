"""dvc.lock: DVC writes it in place, so that kill -9 can leave it empty or cut off, and then no stage runs.

It is replaced by that of the last commit, or removed: results come back from DVC's cache either way.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tunewright.artifacts import write_text
from tunewright.doctor.dvc_at_work import Damaged, mend_or_tell
from tunewright.doctor.examined import Examined
from tunewright.doctor.finding import Finding
from tunewright.doctor.git import git, is_repository

LOCK = "dvc.lock"


def check(examined: Examined) -> Iterator[Finding]:
    """Can DVC read dvc.lock, and if not: mend it, unless a process may be writing it."""
    if examined.root is None or not (examined.root / LOCK).is_file():
        return
    root = examined.root
    path = root / LOCK
    if damage_of(path):
        file = Damaged("dvc.lock", LOCK, lambda: damage_of(path), lambda: put_back(root))
        yield mend_or_tell(root, file, fix=examined.fix)


def damage_of(path: Path) -> str:
    """Why DVC refuses a lock file that was cut off; empty if it does not, or if a merge is to be settled."""
    try:
        return damage_in(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        return "no text"


def damage_in(text: str) -> str:
    """As `damage_of`, of the text of a lock file."""
    import yaml
    from dvc.schema import COMPILED_LOCKFILE_SCHEMA
    from voluptuous import Invalid

    if not text.strip():
        return "empty, as kill -9 leaves it"
    if has_merge_marks(text):
        return ""
    try:
        COMPILED_LOCKFILE_SCHEMA(yaml.safe_load(text))
    except (yaml.YAMLError, Invalid):
        return "cut off, as kill -9 leaves it, or not DVC's"
    return ""


def put_back(root: Path) -> str:
    """The lock file of the last commit, if that is whole; else none."""
    committed = git(root, "show", f"HEAD:./{LOCK}") if is_repository(root) else None
    if committed is not None and committed.code == 0 and not damage_in(committed.out):
        write_text(root / LOCK, committed.out)
        return "replaced by that of the last commit; now: dvc repro"
    (root / LOCK).unlink()
    return "removed; now: dvc repro, which takes results from the cache"


def has_merge_marks(text: str) -> bool:
    """Whether a merge left its marks in a file, for somebody to settle."""
    return any(map(is_merge_mark, text.splitlines()))


def is_merge_mark(line: str) -> bool:
    """Whether a line begins or ends a conflict."""
    return line.startswith(("<<<<<<< ", ">>>>>>> "))
