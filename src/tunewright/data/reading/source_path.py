"""Where a source lies: a file (or a data set's folder) under data/raw, nowhere else."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tunewright.artifacts import sha256_file
from tunewright.config.schema.data import Source
from tunewright.errors import DataError

RAW = Path("data") / "raw"


def source_path(root: Path, source: Source) -> Path:
    """The file of a source, or the folder that `datasets.save_to_disk` wrote.

    Raises:
        DataError: it is missing, neither file nor folder, or lies outside data/raw behind a symbolic link.
    """
    path = root / source.path
    if not path.exists():
        folder = next(parent for parent in path.parents if parent.exists())
        missing = path.relative_to(folder).parts[0]
        raise DataError(
            "not there" if folder == path.parent else f"not there: the folder has no {missing}",
            where=source.path,
            fix="tunewright fetch-data, or `dvc pull` it"
            if source.hub is not None
            else "put the file there and `dvc add` it, `dvc pull` it, or mend data.sources",
        )
    if not path.is_file() and not path.is_dir():
        raise DataError("is neither file nor folder", where=source.path, fix="name one file in data.sources")
    if not path.resolve().is_relative_to(root.resolve() / RAW):
        raise DataError(
            f"a symbolic link leads out of {RAW.as_posix()}, so its content is not in the project's history",
            where=source.path,
            fix="copy the file itself there, then `dvc add` it",
        )
    return path


def source_sha256(path: Path) -> str:
    """Hex SHA-256 of a file's bytes; of a folder that of its files' hashes and names, in order."""
    if path.is_file():
        return sha256_file(path)
    digest = hashlib.sha256()
    for file in sorted(file for file in path.rglob("*") if file.is_file()):
        digest.update(f"{sha256_file(file)}  {file.relative_to(path).as_posix()}\n".encode())
    return digest.hexdigest()
