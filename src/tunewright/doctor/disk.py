"""Free disk space where the project, DVC's cache and the model cache lie, against what a run writes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tunewright.config.schema import Settings
from tunewright.doctor.dvc_settings import read_dvc_settings
from tunewright.doctor.examined import Examined
from tunewright.doctor.finding import Finding, ok, warning, wrong
from tunewright.doctor.model_cache import entry_used
from tunewright.errors import TunewrightError
from tunewright.models.cache import cache_root
from tunewright.training.plan import model_shape

GIB = 2**30
SPARE = 2 * GIB
"""What should stay free beyond the estimate: reports, logs, packages, the system itself."""
FP32 = 4
CHECKPOINTS = 2
"""The newest and the one being written, each of the trained weights, Adam's two moments, the best weights."""


@dataclass(frozen=True)
class Place:
    """A folder that a run writes to.

    Attributes:
        name: what it is for.
        folder: need not exist yet.
        needed: bytes that a run writes there; an estimate.
    """

    name: str
    folder: Path
    needed: float = 0.0


@dataclass(frozen=True)
class Disk:
    """A file system and the places on it; free space in bytes."""

    places: tuple[Place, ...]
    free: int


def check(examined: Examined) -> Iterator[Finding]:
    """Each file system that a run writes to."""
    for disk in disks(places(examined.root, examined.settings)):
        yield judge(disk)


def places(root: Path | None, settings: Settings | None) -> list[Place]:
    """Where a run writes, and how much: checkpoints, results in DVC's cache, the base model."""
    trained = model = 0.0
    if settings is not None and settings.model.sizes is not None:
        shape = model_shape(settings.model.sizes, settings.method, settings.hardware)
        trained = float(FP32 * shape.trainable_parameters)
        model = float(FP32 * settings.model.sizes.parameters)
    used = entry_used(root)
    found = [Place("the model cache", cache_root(), 0.0 if used is not None and used.is_dir() else model)]
    if root is not None:
        found.append(Place("the project", root, CHECKPOINTS * 4 * trained + trained))
        with suppress(TunewrightError):  # the pipeline's checks complain of unreadable settings
            found.append(Place("DVC's cache", read_dvc_settings(root).cache, trained))
    return found


def disks(found: list[Place]) -> list[Disk]:
    """The places by file system."""
    by_device: dict[int, list[Place]] = {}
    for place in found:
        by_device.setdefault(_existing(place.folder).stat().st_dev, []).append(place)
    return [
        Disk(tuple(together), shutil.disk_usage(_existing(together[0].folder)).free)
        for together in by_device.values()
    ]


def judge(disk: Disk) -> Finding:
    """Is there room for what a run writes, and some to spare?"""
    needed = sum(place.needed for place in disk.places)
    names = " and ".join(place.name for place in disk.places)
    where = str(disk.places[0].folder)
    message = f"{disk.free / GIB:.1f} GB free for {names}; a run writes about {needed / GIB:.1f}"
    fix = "dvc gc --workspace removes old results from DVC's cache; TUNEWRIGHT_CACHE moves the model cache"
    if disk.free < needed:
        return wrong("disk.free", message, where, fix)
    if disk.free < needed + SPARE:
        return warning("disk.free", message, where, fix)
    return ok("disk.free", message, where)


def _existing(folder: Path) -> Path:
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
