"""The shared cache of base models: entries are built aside, checked, and renamed when they are whole.

An entry is a folder `models/SOURCE-NAME-REVISION/` with the model's files and a manifest of their
hashes. A lock lets one process build while others wait. `TUNEWRIGHT_CACHE` moves the cache.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tunewright.artifacts import read_json, sha256_file, write_json
from tunewright.errors import ModelError, TunewrightError
from tunewright.progress import say
from tunewright.refusals import as_os_errors

MANIFEST = ".tunewright.json"


@dataclass(frozen=True)
class Entry:
    """A model in the cache.

    Attributes:
        folder: where its files lie.
        files: SHA-256 in hex by name.
        wheel_sha256: of the wheel it came from; null for other sources.
    """

    folder: Path
    files: dict[str, str]
    wheel_sha256: str | None


@dataclass(frozen=True)
class Damage:
    """What is not as the manifest of an entry says.

    Attributes:
        manifest: what is wrong with the manifest itself; then nothing else is known.
        missing: names of files that are gone.
        differing: name, recorded and found SHA-256 of files that have changed.
    """

    manifest: str = ""
    missing: tuple[str, ...] = ()
    differing: tuple[tuple[str, str, str], ...] = ()

    @property
    def none(self) -> bool:
        """Whether the entry is whole."""
        return not (self.manifest or self.missing or self.differing)


def cache_root() -> Path:
    """`TUNEWRIGHT_CACHE`, else `tunewright` in the user's cache folder (`XDG_CACHE_HOME`, ~/.cache)."""
    if own := os.environ.get("TUNEWRIGHT_CACHE"):
        return Path(own).expanduser().absolute()
    shared = os.environ.get("XDG_CACHE_HOME")
    return (Path(shared) if shared else Path.home() / ".cache") / "tunewright"


def entry_folder(*parts: str) -> Path:
    """The folder of an entry, named by its parts; what a file system may refuse becomes `--`."""
    name = "-".join(re.sub(r"[^A-Za-z0-9._-]+", "--", part) for part in parts)
    return cache_root() / "models" / name


def obtain(folder: Path, fill: Callable[[Path], str | None], fits: Callable[[Entry], bool]) -> Entry:
    """The entry, built if it is absent, damaged or does not fit.

    Args:
        folder: of the entry.
        fill: writes the model into an empty folder; returns the wheel's SHA-256 if there is one.
        fits: whether an intact entry is the one that is wanted.

    Raises:
        ModelError: what was built does not fit either (an older entry is left alone then), no
            room, or what `fill` raises.
    """
    entry = read_entry(folder)
    if entry is not None and fits(entry):
        return entry
    with _explained(folder), as_os_errors(folder), _locked(folder):
        entry = read_entry(folder)  # another process may have built it meanwhile
        if entry is not None and fits(entry):
            return entry
        if entry is None and folder.exists():
            say(f"{folder.name}: damaged in the cache, fetching it again")
        with _building(folder) as new:
            wheel_sha256 = fill(new)
            _write_manifest(new, {path.name: sha256_file(path) for path in _files(new)}, wheel_sha256)
            built = read_entry(new)
            if built is None or not fits(built):
                raise ModelError(
                    "what was fetched and converted differs from the recorded hashes; a conversion depends "
                    "on the versions of transformers, tokenizers and gguf",
                    where=folder.name,
                    fix="install the versions of constraints.txt, or record anew: dvc repro --force fetch",
                )
            _replace(folder, new)
    return Entry(folder, built.files, built.wheel_sha256)


def read_entry(folder: Path) -> Entry | None:
    """The entry if all its files are there and unchanged since they were hashed, else null.

    A file whose size and modification time are those of the manifest is not hashed again.
    """
    if not (folder / MANIFEST).is_file():
        return None
    try:
        manifest = read_json(folder / MANIFEST)
        stamps = {name: _stamp(folder / name) for name in manifest["files"]}
    except (TunewrightError, KeyError, OSError):
        return None  # half a manifest or a missing file: not intact
    files: dict[str, str] = manifest["files"]
    unsure = [name for name, stamp in stamps.items() if manifest["stamps"].get(name) != stamp]
    if any(sha256_file(folder / name) != files[name] for name in unsure):
        return None
    if unsure:
        _write_manifest(folder, files, manifest["wheel_sha256"])
    return Entry(folder, files, manifest["wheel_sha256"])


def entries() -> list[Path]:
    """The folders of all entries, whole or damaged."""
    return [path for path in _models() if path.is_dir() and not path.name.startswith(".")]


def unfinished() -> list[Path]:
    """What processes that build entries are writing, or left when they were killed."""
    return [path for path in _models() if path.is_dir() and path.name.startswith(".") and "@" in path.name]


def damage_of(folder: Path) -> Damage:
    """Look for damage, and write nothing; only files that changed since they were hashed are hashed again."""
    try:
        manifest = read_json(folder / MANIFEST)
        files, stamps = dict(manifest["files"]), dict(manifest["stamps"])
    except (TunewrightError, KeyError, TypeError, ValueError):
        return Damage(manifest=f"{MANIFEST} is missing or cannot be read")
    missing = tuple(name for name in files if not (folder / name).is_file())
    unsure = [name for name in files if name not in missing and stamps.get(name) != _stamp(folder / name)]
    found = {name: sha256_file(folder / name) for name in unsure}
    return Damage(
        missing=missing,
        differing=tuple((name, files[name], found[name]) for name in unsure if found[name] != files[name]),
    )


def is_locked(folder: Path) -> bool:
    """Whether a process is at work on an entry, or on the one that an unfinished folder is for."""
    from filelock import FileLock, Timeout

    lock = _lock_of(folder)
    if not lock.exists():
        return False
    try:
        with FileLock(lock, timeout=0):
            return False
    except Timeout:
        return True


def clear_unfinished(folder: Path) -> bool:
    """Remove what a killed process left, under the lock of its entry; false if a process is at work on it."""
    from filelock import FileLock, Timeout

    try:
        with FileLock(_lock_of(folder), timeout=0):
            shutil.rmtree(folder, ignore_errors=True)
    except Timeout:
        return False
    return not folder.exists()


def _models() -> list[Path]:
    folder = cache_root() / "models"
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _lock_of(folder: Path) -> Path:
    """The lock of an entry, given its folder or that of an unfinished build of it."""
    name = folder.name.removeprefix(".").partition("@")[0]
    return folder.with_name(f".{name}.lock")


def _write_manifest(folder: Path, files: dict[str, str], wheel_sha256: str | None) -> None:
    stamps = {name: _stamp(folder / name) for name in files}
    write_json(folder / MANIFEST, {"files": files, "stamps": stamps, "wheel_sha256": wheel_sha256})


def _stamp(path: Path) -> list[int]:
    """Size in bytes and time of the last change in nanoseconds."""
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name != MANIFEST)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(_lock_of(folder))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        say(f"{folder.name}: another process is fetching it, waiting")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _building(folder: Path) -> Iterator[Path]:
    """An empty folder next to the entry's, gone afterwards unless it was renamed; call under the lock.

    What killed processes left is cleared first: its names hold an @, which no entry's name does.
    """
    for leftover in folder.parent.glob(f".{folder.name}@*"):
        shutil.rmtree(leftover)
    new = Path(tempfile.mkdtemp(prefix=f".{folder.name}@", dir=folder.parent))
    try:
        yield new
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _replace(folder: Path, new: Path) -> None:
    """Put the new folder in the entry's place, readable for all who share the cache."""
    new.chmod(0o755)
    if folder.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{folder.name}@", dir=folder.parent))
        folder.rename(old / folder.name)
        new.rename(folder)
        shutil.rmtree(old)
    else:
        new.rename(folder)


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS):
            raise ModelError(
                f"cannot be written into the model cache: {error.strerror}",
                where=str(error.filename or folder.name),
                fix="make room there, or set the environment variable TUNEWRIGHT_CACHE to another folder "
                "(TMPDIR for what is being downloaded)",
            ) from error
        raise
