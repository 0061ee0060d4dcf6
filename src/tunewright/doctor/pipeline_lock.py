"""DVC's rwlock: kill -9 can leave it empty, and then every dvc command fails until it is removed.

It is removed only while both of DVC's own locks are held and no dvc process works in the project.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunewright.doctor.dvc_settings import read_dvc_settings
from tunewright.doctor.examined import Examined
from tunewright.doctor.finding import Finding, mended, ok, skipped, warning, wrong
from tunewright.errors import TunewrightError

FOLDER = Path(".dvc") / "tmp"
RWLOCK = "rwlock"
GUARDS = ("lock", "rwlock.lock")
"""The locks that DVC holds while it works on the repository, and while it edits the rwlock."""
DOCTOR = "tunewright doctor --fix"


class HeldError(Exception):
    """A process holds one of DVC's locks."""


@dataclass(frozen=True)
class DvcProcess:
    """A dvc command that runs in the project."""

    pid: int
    command: str

    def __str__(self) -> str:
        """As people look for it."""
        return f"{self.command} (process {self.pid})"


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
    running = dvc_processes(root)
    damage = damage_of(path)
    if not damage:
        yield entries(path, place, running)
    elif running:
        message = f"is {damage}: every dvc command fails; {running[0]} runs here, so it is left alone"
        yield wrong("dvc.rwlock", message, place, f"wait until it has ended, then: {DOCTOR}")
    elif not examined.fix:
        yield wrong("dvc.rwlock", f"is {damage}: every dvc command fails", place, DOCTOR)
    else:
        yield mend(root, path, place)


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


def mend(root: Path, path: Path, place: str) -> Finding:
    """Remove a damaged rwlock under DVC's own locks, if it is damaged still and nobody works here."""
    try:
        with held(root):
            damage, running = damage_of(path), dvc_processes(root)
            if damage and not running:
                path.unlink()
                return mended("dvc.rwlock", f"was {damage}; removed", place)
            who = running[0] if running else "another process"
            return wrong("dvc.rwlock", f"{who} works here now: left alone", place, DOCTOR)
    except HeldError:
        message = f"is {damage_of(path) or 'in use'}, and a process holds DVC's locks: left alone"
        return wrong("dvc.rwlock", message, place, f"wait until it has ended, then: {DOCTOR}")


@contextmanager
def held(root: Path) -> Iterator[None]:
    """Hold the locks that every dvc command takes.

    Raises:
        HeldError: another process has held one of them for three seconds.
    """
    from contextlib import ExitStack

    from dvc.lock import LockError, make_lock

    try:
        by_links = read_dvc_settings(root).hardlink_lock
    except TunewrightError:
        by_links = False
    folder = root / FOLDER
    with ExitStack() as stack:
        for name in GUARDS:
            lock = make_lock(str(folder / name), tmp_dir=str(folder), hardlink_lock=by_links)
            try:
                stack.enter_context(lock)
            except LockError as error:
                raise HeldError(name) from error
        yield


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


def dvc_processes(root: Path) -> list[DvcProcess]:
    """The dvc commands that work in the project; the copies of queued experiments lie there too."""
    import psutil

    found = []
    for process in psutil.process_iter():
        try:
            words = process.cmdline()
            if is_dvc(words) and Path(process.cwd()).is_relative_to(root.resolve()):
                found.append(DvcProcess(process.pid, " ".join(["dvc", *_arguments(words)])))
        except psutil.Error:  # it has ended, or is another user's
            continue
    return found


def is_dvc(words: list[str]) -> bool:
    """Whether a command line is dvc's: `dvc ...`, `python .../dvc ...` or `python -m dvc ...`."""
    return _dvc_at(words) is not None


def _arguments(words: list[str]) -> list[str]:
    at = _dvc_at(words)
    return [] if at is None else words[at + 1 :][:3]


def _dvc_at(words: list[str]) -> int | None:
    for at, word in enumerate(words[:3]):
        if Path(word).name in ("dvc", "dvc.exe"):
            return at
    return None
