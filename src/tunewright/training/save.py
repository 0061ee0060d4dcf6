"""Trained weights on disk: an adapter that plain peft can load, or a whole model with its tokenizer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tunewright.artifacts import read_json, write_json
from tunewright.models.adapter import canonical_adapter_config

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def save_weights(
    model: PreTrainedModel,
    state: Mapping[str, torch.Tensor],
    folder: Path,
    tokenizer: PreTrainedTokenizerBase,
    *,
    base_name: str,
    dtype: torch.dtype,
) -> None:
    """Write an adapter (in fp32), or a whole model (in `dtype`), as safetensors.

    Args:
        model: unwrapped; a peft model or a plain one.
        state: its weights, gathered from all devices.
        folder: is made.
        tokenizer: goes with a whole model; an adapter uses the base model's.
        base_name: public name of the base model.
        dtype: in which a whole model is written: the precision it was computed in.
    """
    from peft import PeftModel

    if isinstance(model, PeftModel):
        # `save_embedding_layers="auto"` would ask the hub about the base model.
        model.save_pretrained(folder, state_dict=dict(state), save_embedding_layers=False)
        canonical_adapter_config(folder, base_name)
        return
    model.save_pretrained(folder, state_dict=_cast(state, dtype))
    config = read_json(folder / "config.json")
    write_json(folder / "config.json", {**config, "dtype": str(dtype).removeprefix("torch.")})
    tokenizer.save_pretrained(folder)


def _cast(state: Mapping[str, torch.Tensor], dtype: torch.dtype) -> dict[str, torch.Tensor]:
    """Cast each weight once, so that tied weights stay one tensor and are written once."""
    cast = {weight.data_ptr(): weight.to(dtype) for weight in state.values()}
    return {name: cast[weight.data_ptr()] for name, weight in state.items()}
