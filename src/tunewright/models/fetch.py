"""Fetch a base model into the cache and record it; find it again from the record alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tunewright.artifacts import BASE_MODEL
from tunewright.config.schema.model import Model
from tunewright.errors import ModelError
from tunewright.models import hub, local, pypi, tiny
from tunewright.models.cache import entry_folder, obtain, read_entry
from tunewright.models.record import BaseModelRecord, read_record

Fill = Callable[[Path], str | None]


def fetch(model: Model, locked: BaseModelRecord | None) -> BaseModelRecord:
    """Fetch what the settings name, unless the cache holds it, and describe it.

    Args:
        model: the settings.
        locked: the record of an earlier fetch; it keeps a revision or hash that the settings leave
            open, as long as they name the same model.

    Raises:
        ModelError: it cannot be had, differs from its hash, or is no usable model.
    """
    folder = local.read_folder(model.path) if model.path is not None else None
    wanted = _identify(model, locked, folder)
    with_code = model.trust_remote_code
    entry = obtain(
        _entry_folder(wanted, with_code=with_code),
        _filler(wanted, folder, with_code=with_code),
        lambda entry: wanted.wheel_sha256 in (None, entry.wheel_sha256),
    )
    return replace(wanted, files=entry.files, wheel_sha256=entry.wheel_sha256)


def resolve(record: BaseModelRecord) -> Path:
    """The folder of a recorded model, fetched again if the cache lacks it, verified in any case.

    Raises:
        ModelError: it cannot be had, or what can be had differs from the record.
    """
    with_code = any(name.endswith(".py") for name in record.files)
    return obtain(
        _entry_folder(record, with_code=with_code),
        _filler(record, None, with_code=with_code),
        lambda entry: entry.files == record.files,
    ).folder


def cached_base_model(root: Path, model: Model) -> Path | None:
    """The folder of the model that the settings name; null if it was not fetched, or the cache lacks it.

    Asks no network and builds nothing.

    Args:
        root: the project's folder; its record may be of another model, fetched before.
        model: the settings.

    Raises:
        TunewrightError: the record is damaged.
    """
    if not (root / BASE_MODEL).exists():
        return None
    record = read_record(root / BASE_MODEL)
    names = {"pypi": model.package, "hub": model.repo_id, "tiny": tiny.NAME}
    name = (
        Path(str(model.path)).expanduser().resolve().name if model.source == "path" else names[model.source]
    )
    pinned = model.package_version if model.source == "pypi" else model.revision
    if (record.source, record.name, record.gguf_file) != (model.source, name, model.gguf_file):
        return None
    if (
        pinned is not None
        and pinned != record.revision
        and (model.source != "hub" or hub.COMMIT.fullmatch(pinned))
    ):
        return None
    entry = read_entry(entry_of(record))
    return entry.folder if entry is not None and entry.files == record.files else None


def entry_of(record: BaseModelRecord) -> Path:
    """Where the cache has, or would have, a recorded model."""
    return _entry_folder(record, with_code=any(name.endswith(".py") for name in record.files))


def _identify(model: Model, locked: BaseModelRecord | None, folder: Path | None) -> BaseModelRecord:
    """The record without the files: which model it is, down to commit or hash where that is known."""
    if model.source == "pypi":
        wanted = _record(model, str(model.package), str(model.package_version))
        kept = locked.wheel_sha256 if locked is not None and _same_model(wanted, locked) else None
        return replace(wanted, gguf_file=model.gguf_file, wheel_sha256=model.sha256 or kept)
    if model.source == "hub":
        wanted = _record(model, str(model.repo_id), model.revision)
        if wanted.revision is None and locked is not None and _same_model(wanted, locked):
            return replace(wanted, revision=locked.revision)
        commit = hub.commit_of(wanted.name, wanted.revision, with_code=model.trust_remote_code)
        return replace(wanted, revision=commit)
    if folder is not None:
        return _record(model, folder.name, local.content_digest(folder, with_code=model.trust_remote_code))
    return _record(model, tiny.NAME, tiny.VERSION)


def _record(model: Model, name: str, revision: str | None) -> BaseModelRecord:
    return BaseModelRecord(model.source, name, revision, model.licence, files={})


def _same_model(wanted: BaseModelRecord, locked: BaseModelRecord) -> bool:
    """Whether the record is of this model, at this revision if one is set."""
    return (wanted.source, wanted.name) == (locked.source, locked.name) and (
        wanted.revision in (None, locked.revision)
    )


def _entry_folder(record: BaseModelRecord, *, with_code: bool) -> Path:
    parts = [record.source, record.name, str(record.revision)]
    if record.gguf_file is not None:
        parts.append(Path(record.gguf_file).stem)
    return entry_folder(*parts, "code") if with_code else entry_folder(*parts)


def _filler(record: BaseModelRecord, folder: Path | None, *, with_code: bool) -> Fill:
    """What writes the recorded model into an empty folder of the cache."""

    def fill(target: Path) -> str | None:
        revision = str(record.revision)
        if record.source == "pypi":
            return pypi.fill(
                target,
                package=record.name,
                version=revision,
                gguf_file=str(record.gguf_file),
                wheel_sha256=record.wheel_sha256,
            )
        if record.source == "hub":
            hub.fill(target, repo_id=record.name, commit=revision, with_code=with_code)
        elif record.source == "path":
            if folder is None:
                raise _not_here(record)
            local.fill(target, folder=folder, digest=revision, with_code=with_code)
        else:
            tiny.build(target)
        return None

    return fill


def _not_here(record: BaseModelRecord) -> ModelError:
    return ModelError(
        "is a local folder, and this machine's model cache has no copy of it",
        where=str(record),
        fix="let model.path point to the folder here, then: dvc repro --force fetch",
    )
