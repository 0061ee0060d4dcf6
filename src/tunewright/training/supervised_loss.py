"""The loss on the answer's tokens, with the model's head computed for these positions alone.

A vocabulary is some 50 to 250 thousand wide, an answer a fifth of a row: most of the logits that a
plain forward pass computes are thrown away. A hook on the head drops the hidden states before them.
It leaves whatever wraps the model in place (peft, DDP, FSDP, autocast), and scaling or capping of
logits after the head as the model has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tunewright.training.encode import IGNORED

if TYPE_CHECKING:
    import torch


def summed_loss(
    model: torch.nn.Module, head: torch.nn.Module, batch: Mapping[str, torch.Tensor]
) -> torch.Tensor:
    """Negative log-likelihood in nats, summed over the batch's trained tokens, in fp32.

    Args:
        model: causal language model, wrapped or not.
        head: its output embeddings.
        batch: `input_ids`, `attention_mask`, `labels`, each of shape (rows, tokens).

    Returns:
        A scalar; zero, but with a gradient, if the batch trains no token.
    """
    from torch.nn.functional import cross_entropy

    logits, targets = supervised_logits(model, head, batch)
    return cross_entropy(logits, targets, reduction="sum")


def supervised_logits(
    model: torch.nn.Module, head: torch.nn.Module, batch: Mapping[str, torch.Tensor]
) -> tuple[torch.Tensor, torch.Tensor]:
    """The fp32 logits that predict the trained tokens, and these tokens.

    Returns:
        Logits of shape (trained tokens, vocabulary), targets of shape (trained tokens,).
    """
    targets = batch["labels"][:, 1:]
    trained = targets != IGNORED
    with _head_on(head, trained):
        output = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], use_cache=False)
    return output.logits.float(), targets[trained]


def trained_tokens(batch: Mapping[str, torch.Tensor]) -> int:
    """On how many tokens of a batch the loss is taken."""
    return int((batch["labels"][:, 1:] != IGNORED).sum())


@contextmanager
def _head_on(head: torch.nn.Module, trained: torch.Tensor) -> Iterator[None]:
    """Let the head see only the hidden states that predict a trained token."""

    def select(_: torch.nn.Module, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        hidden, *rest = arguments
        return (hidden[:, :-1][trained], *rest)

    hook = head.register_forward_pre_hook(select)
    try:
        yield
    finally:
        hook.remove()
