"""Proof that what is scored is the tuned model: its logits differ from the base model's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tunewright.data.rows import Message
from tunewright.errors import EvaluationError
from tunewright.models.chat import encode_prompt

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def last_logits(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompt: Sequence[Message]
) -> torch.Tensor:
    """Logits of the token after the prompt, shape (vocabulary,), fp32 on the CPU."""
    import torch

    ids = torch.tensor([encode_prompt(tokenizer, prompt)], device=model.device)
    with torch.inference_mode():
        logits: torch.Tensor = model(input_ids=ids, logits_to_keep=1).logits[0, -1].float().cpu()
    return logits


def prove_adapter_active(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompt: Sequence[Message], *, where: Path
) -> float:
    """Compare an adapter's model with itself, the adapter switched off.

    Returns:
        The greatest change of a logit; positive.

    Raises:
        EvaluationError: there is none.
    """
    with model.disable_adapter():
        base = last_logits(model, tokenizer, prompt)
    return prove_different(last_logits(model, tokenizer, prompt), base, where=where)


def prove_different(tuned: torch.Tensor, base: torch.Tensor, *, where: Path) -> float:
    """Compare the logits of two models after the same prompt.

    Returns:
        The greatest change of a logit; positive.

    Raises:
        EvaluationError: there is none, or one that is no number.
    """
    change = float((tuned - base).abs().max())
    if not change > 0:
        raise EvaluationError(
            "the tuned model answers exactly as the base model: the adapter is not active or learnt nothing",
            where=str(where),
            fix="check metrics/train.json, then: dvc repro --force train",
        )
    return change
