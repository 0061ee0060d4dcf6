"""Which tunewright computes: a parameter of every stage, so that an upgrade runs them again."""

from __future__ import annotations

import hashlib
import sysconfig
from pathlib import Path

import tunewright


def version_in_use() -> str:
    """The version; in an editable install followed by a hash of the package's source."""
    package = Path(tunewright.__file__).resolve().parent
    if package.is_relative_to(Path(sysconfig.get_path("purelib")).resolve()):
        return tunewright.__version__
    return f"{tunewright.__version__}+src.{_source_hash(package)}"


def _source_hash(package: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
