"""`evaluation.batch_size: auto`: how many prompts a machine's memory has room for, by their sizes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tunewright.artifacts import write_json_once
from tunewright.models.machine import memory_bytes

if TYPE_CHECKING:
    from transformers import PreTrainedModel

USABLE_SHARE = 0.7
"""Of the memory: the rest is for what others hold, and for what the estimate leaves out."""
MOST = {"cuda": 256}
MOST_ELSEWHERE = 32
"""Beyond so many rows a CPU gets no faster."""
LOGIT_BYTES = 8  # in the model's precision, and once more to look for the greatest


def settled(given: int | Literal["auto"], kept: Path, find: Callable[[], int]) -> int:
    """The number itself; of `auto` what was found when this very work began.

    Args:
        given: `evaluation.batch_size`.
        kept: a file in the scratch of this very run.
        find: estimates the number.
    """
    return int(write_json_once(kept, find())) if given == "auto" else given


def rows_that_fit(model: PreTrainedModel, longest: int, *, logits: int = 1) -> int:
    """The greatest power of two of rows that fit, by the sizes of model and machine alone.

    Free memory is not asked: it would make another number of each run.

    Args:
        model: as loaded.
        longest: tokens of the longest row, its answer included.
        logits: positions of a row whose logits are computed at once.
    """
    available = USABLE_SHARE * device_bytes(model) - model.get_memory_footprint()
    most = MOST.get(model.device.type, MOST_ELSEWHERE)
    rows = max(1, min(most, int(available / row_bytes(model, longest, logits))))
    return 1 << (rows.bit_length() - 1)


def row_bytes(model: PreTrainedModel, longest: int, logits: int) -> float:
    """Bytes of a row: keys and values (twice while they grow), a layer's activations and scores, logits."""
    config = model.config.get_text_config()
    heads = config.num_attention_heads
    head = getattr(config, "head_dim", None) or config.hidden_size // heads
    kept = getattr(config, "num_key_value_heads", None) or heads
    width = 2 if model.dtype.itemsize == 2 else 4
    cache = 2 * 2 * config.num_hidden_layers * kept * head * width * longest
    between = getattr(config, "intermediate_size", None) or 4 * config.hidden_size
    activations = (4 * config.hidden_size + 3 * between) * width * longest + heads * longest**2 * width
    return float(cache + activations + config.vocab_size * LOGIT_BYTES * logits)


def device_bytes(model: PreTrainedModel) -> int:
    """All memory of the device that the model lies on."""
    import torch

    if model.device.type == "cuda":
        return int(torch.cuda.get_device_properties(model.device).total_memory)
    if model.device.type == "mps":
        return int(torch.mps.recommended_max_memory())
    return memory_bytes()
