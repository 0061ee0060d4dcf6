"""Convert a GGUF file to a transformers folder: float32 safetensors, the same bytes every time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from tunewright.errors import ModelError
from tunewright.models.load import explained, no_progress_bar

if TYPE_CHECKING:
    from transformers import PreTrainedModel

QUANTIZATION_MARKS = ("hf_quantizer", "is_quantized", "quantization_method", "quantization_config")
# What transformers writes about itself and this machine, not about the model.
CIRCUMSTANCES = (
    "transformers_version",
    "_name_or_path",
    "name_or_path",
    "is_local",
    "local_files_only",
    "_from_model_config",
)


def require_gguf() -> None:
    """Check that GGUF files can be read, before one is downloaded.

    Raises:
        ModelError: the package `gguf` is missing.
    """
    if find_spec("gguf") is None:
        raise ModelError(
            "a model that comes as GGUF needs the package gguf", fix="pip install 'tunewright[gguf]'"
        )


def convert_gguf(gguf: Path, folder: Path) -> None:
    """Write model, tokenizer and chat template of a GGUF file as a transformers folder.

    The weights become float32, in which every quantized value is exact; the marks of quantization
    are removed, as transformers would neither save nor train the model with them.

    Raises:
        ModelError: transformers cannot read the file.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    with explained(gguf), no_progress_bar(), _bar_on_terminals_only():
        tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
        model = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
        _clear_quantization(model)
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    for path in folder.glob("*.json"):
        _make_canonical(path)
    for path in folder.iterdir():
        path.chmod(0o644)


@contextmanager
def _bar_on_terminals_only() -> Iterator[None]:
    """Keep the bar of the conversion, which knows no switch, out of pipes."""
    from transformers import modeling_gguf_pytorch_utils as reader

    bar = reader.tqdm
    reader.tqdm = partial(bar, disable=None)  # tqdm's word for "unless it is a terminal"
    try:
        yield
    finally:
        reader.tqdm = bar


def _clear_quantization(model: PreTrainedModel) -> None:
    for owner in (model, model.config):
        for mark in QUANTIZATION_MARKS:
            if hasattr(owner, mark):
                delattr(owner, mark)


def _make_canonical(path: Path) -> None:
    """Drop what would differ from machine to machine; the tokenizer's own file has none of it."""
    if path.name == "tokenizer.json":
        return
    value = json.loads(path.read_text(encoding="utf-8"))
    for key in CIRCUMSTANCES:
        value.pop(key, None)
    path.write_text(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
