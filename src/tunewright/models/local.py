"""Source `path`: a folder on this machine. It is copied into the cache under the hash of its content.

The record holds no path, so the copy is what the stages read, and it stays as it is when the folder
changes.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from tunewright.artifacts import sha256_file
from tunewright.errors import ModelError
from tunewright.models.folder import check_folder, model_files

DIGEST_LENGTH = 16


def read_folder(path: str) -> Path:
    """The checked folder that `model.path` names, `~` and relative paths understood.

    Raises:
        ModelError: there is no such folder, or it holds no usable model.
    """
    folder = Path(path).expanduser().resolve()
    if not folder.is_dir():
        raise ModelError(
            f"no such folder: {path}", where="model.path", fix="tunewright set model.path=FOLDER"
        )
    check_folder(folder, path)
    return folder


def content_digest(folder: Path, *, with_code: bool) -> str:
    """The first digits of a hash over names and contents of the model's files."""
    lines = [f"{sha256_file(file)}  {file.name}\n" for file in model_files(folder, with_code=with_code)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:DIGEST_LENGTH]


def fill(target: Path, *, folder: Path, digest: str, with_code: bool) -> None:
    """Copy the model's files.

    Raises:
        ModelError: they changed while they were copied.
    """
    for file in model_files(folder, with_code=with_code):
        shutil.copyfile(file, target / file.name)
    if content_digest(target, with_code=with_code) != digest:
        raise ModelError("changed while it was copied", where=str(folder), fix="dvc repro fetch")
