"""The shared cache of base models: whole entries, damaged ones, and what killed downloads left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tunewright.artifacts import BASE_MODEL
from tunewright.doctor.examined import Examined
from tunewright.doctor.finding import Finding, mended, ok, skipped, warning, wrong
from tunewright.errors import TunewrightError
from tunewright.models.cache import (
    Damage,
    cache_root,
    clear_unfinished,
    damage_of,
    entries,
    is_locked,
    unfinished,
)
from tunewright.models.fetch import entry_of
from tunewright.models.record import read_record


def check(examined: Examined) -> Iterator[Finding]:
    """Entries, unfinished downloads, locks."""
    folder = cache_root() / "models"
    if not folder.is_dir():
        yield skipped("cache.entries", "nothing was fetched yet", str(folder))
        return
    used = entry_used(examined.root)
    whole = 0
    for entry in entries():
        damage = damage_of(entry)
        whole += damage.none
        if is_locked(entry):
            yield ok("cache.locks", "is being fetched by another process", str(entry))
        elif not damage.none:
            yield damaged(entry, damage, used=entry == used)
    yield ok("cache.entries", f"{whole} whole model(s)", str(folder))
    yield from left(fix=examined.fix)


def entry_used(root: Path | None) -> Path | None:
    """The cache's folder for the base model that the project has recorded; null without a record."""
    if root is None or not (root / BASE_MODEL).is_file():
        return None
    try:
        return entry_of(read_record(root / BASE_MODEL))
    except TunewrightError:
        return None


def damaged(entry: Path, damage: Damage, *, used: bool) -> Finding:
    """A damaged entry: the next run that needs it fetches it again, but a local folder may be gone."""
    said = [f"{name} is missing" for name in damage.missing]
    said += [f"{name} has SHA-256 {found}, recorded is {right}" for name, right, found in damage.differing]
    message = f"damaged: {damage.manifest or '; '.join(said)}"
    fix = (
        "dvc repro --force fetch"
        if used
        else f"the next run that needs it fetches it again, or: rm -r {entry}"
    )
    return (wrong if used else warning)("cache.entries", message, str(entry), fix)


def left(*, fix: bool) -> Iterator[Finding]:
    """Folders of downloads that nobody is at work on."""
    for folder in unfinished():
        if fix and clear_unfinished(folder):
            yield mended(
                "cache.unfinished", "a half-made download that nobody works on; removed", str(folder)
            )
        elif is_locked(folder):
            yield ok("cache.unfinished", "is being written by another process", str(folder))
        else:
            message = "a half-made download that nobody works on"
            yield warning("cache.unfinished", message, str(folder), "tunewright doctor --fix removes it")
