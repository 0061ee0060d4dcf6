"""Proof that what is scored is the tuned model: its logits differ from the base model's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tunewright.data.rows import Message
from tunewright.errors import EvaluationError
from tunewright.models.chat import encode_prompt
from tunewright.models.load import Loading, load_base, load_tuned

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def load_proven(
    loading: Loading,
    tuned_folder: Path,
    tokenizer: PreTrainedTokenizerBase,
    prompt: Sequence[Message],
) -> PreTrainedModel:
    """Load the tuned model and compare it with the base model on one prompt.

    An adapter is compared with itself switched off, a wholly tuned model with the base model.

    Args:
        loading: of the base model, and how.
        tuned_folder: what training wrote: an adapter or a whole model.
        tokenizer: of the base model.
        prompt: any prompt, of the test rows for preference.

    Raises:
        EvaluationError: the logits are the same to the last bit.
        ModelError: what `load_tuned` raises.
    """
    model = load_tuned(loading, tuned_folder)
    tuned = last_logits(model, tokenizer, prompt)
    if hasattr(model, "disable_adapter"):
        with model.disable_adapter():
            base = last_logits(model, tokenizer, prompt)
    else:
        base = last_logits(load_base(loading), tokenizer, prompt)
    if bool((tuned == base).all()):
        raise EvaluationError(
            "the tuned model answers exactly as the base model: the adapter is not active or learnt nothing",
            where=str(tuned_folder),
            fix="check metrics/train.json, then: dvc repro --force train",
        )
    return model


def last_logits(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompt: Sequence[Message]
) -> torch.Tensor:
    """Logits of the token after the prompt, shape (vocabulary,), fp32 on the CPU."""
    import torch

    ids = torch.tensor([encode_prompt(tokenizer, prompt)], device=model.device)
    with torch.inference_mode():
        logits: torch.Tensor = model(input_ids=ids, logits_to_keep=1).logits[0, -1].float().cpu()
    return logits
