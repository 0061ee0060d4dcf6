"""DVC's rwlock: kill -9 can leave it empty, and then every dvc command fails until it is removed.

It is removed only while both of DVC's own locks are held and no dvc process works in the project.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tunewright.doctor.dvc_at_work import FOLDER, Damaged, DvcProcess, dvc_processes, mend_or_tell
from tunewright.doctor.examined import Examined
from tunewright.doctor.finding import Finding, ok, skipped, warning

RWLOCK = "rwlock"


def check(examined: Examined) -> Iterator[Finding]:
    """Is the rwlock readable, and if not: mend it, unless a process may still need it."""
    root = examined.root
    if root is None:
        return
    if not (root / ".dvc").is_dir():
        yield skipped("dvc.rwlock", "no .dvc folder")
        return
    path = root / FOLDER / RWLOCK
    place = (FOLDER / RWLOCK).as_posix()
    if damage_of(path):
        file = Damaged("dvc.rwlock", place, lambda: damage_of(path), lambda: remove(path))
        yield mend_or_tell(root, file, fix=examined.fix)
    else:
        yield entries(path, place, dvc_processes(root))


def remove(path: Path) -> str:
    """Remove it: DVC makes a new one."""
    path.unlink()
    return "removed"


def damage_of(path: Path) -> str:
    """What DVC cannot read about its rwlock; empty if it can, or if there is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        return "no text"
    if not text:
        return "empty, as kill -9 leaves it"
    try:
        json.loads(text)
    except ValueError:
        return "cut off, as kill -9 leaves it"
    return ""


def entries(path: Path, place: str, running: list[DvcProcess]) -> Finding:
    """Who has entered themselves in a readable rwlock; DVC itself strikes out processes that are gone."""
    import psutil

    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ok("dvc.rwlock", "no lock is left over", place)
    own = {process.pid: process for process in running}
    for pid, command in holders(content):
        if pid in own:
            return ok("dvc.rwlock", f"in use by {own[pid]}", place)
        if psutil.pid_exists(pid):
            message = f"names {command} as process {pid}, a number that no dvc of this project has"
            fix = f"ps -p {pid}; if that is not it: rm {place}"
            return warning("dvc.rwlock", message, place, fix)
    return ok("dvc.rwlock", "no lock is left over", place)


def holders(content: object) -> Iterator[tuple[int, str]]:
    """Process number and command of each entry of the rwlock."""
    kinds: Mapping[str, Any] = content if isinstance(content, Mapping) else {}
    for kind in ("write", "read"):
        for infos in dict(kinds.get(kind) or {}).values():
            for info in infos if isinstance(infos, list) else [infos]:
                if isinstance(info, Mapping) and isinstance(info.get("pid"), int):
                    yield info["pid"], str(info.get("cmd"))
