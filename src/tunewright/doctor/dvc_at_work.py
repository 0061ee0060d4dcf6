"""Who works on a project through DVC, and how to mend a file of DVC's that nobody may be using meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tunewright.doctor.dvc_settings import read_dvc_settings
from tunewright.doctor.finding import Finding, mended, wrong
from tunewright.errors import TunewrightError

FOLDER = Path(".dvc") / "tmp"
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


@dataclass(frozen=True)
class Damaged:
    """A file that kill -9 can leave cut off, and how to put it right.

    Attributes:
        id: of the finding.
        place: the file as people are told of it.
        damage: what is wrong with it now; empty if nothing is.
        put_right: does so; returns what was done.
    """

    id: str
    place: str
    damage: Callable[[], str]
    put_right: Callable[[], str]


def mend_or_tell(root: Path, file: Damaged, *, fix: bool) -> Finding:
    """Put a damaged file right, unless nobody asked for it or somebody may still need it.

    Args:
        root: the project's folder.
        file: damaged a moment ago.
        fix: mend it.
    """
    running = dvc_processes(root)
    told = f"is {file.damage()}: every dvc command fails"
    if running:
        message = f"{told}; {running[0]} runs here, so it is left alone"
        return wrong(file.id, message, file.place, f"wait until it has ended, then: {DOCTOR}")
    return _mend(root, file) if fix else wrong(file.id, told, file.place, DOCTOR)


def _mend(root: Path, file: Damaged) -> Finding:
    """Put it right under DVC's own locks, if it is damaged still and nobody works here."""
    try:
        with held(root):
            damage, running = file.damage(), dvc_processes(root)
            if damage and not running:
                return mended(file.id, f"was {damage}; {file.put_right()}", file.place)
            who = running[0] if running else "another process"
            return wrong(file.id, f"{who} works here now: left alone", file.place, DOCTOR)
    except HeldError:
        message = f"is {file.damage() or 'in use'}, and a process holds DVC's locks: left alone"
        return wrong(file.id, message, file.place, f"wait until it has ended, then: {DOCTOR}")


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
    folder.mkdir(exist_ok=True)
    with ExitStack() as stack:
        for name in GUARDS:
            lock = make_lock(str(folder / name), tmp_dir=str(folder), hardlink_lock=by_links)
            try:
                stack.enter_context(lock)
            except LockError as error:
                raise HeldError(name) from error
        yield


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
