"""The loss on the answer's tokens, without the work that does not reach it.

Two things of a plain forward pass are thrown away or done over again, and are left out here:

- logits of the prompt: a vocabulary is some 50 to 250 thousand wide, an answer a fifth of a row. A
  hook on the head drops the hidden states before them. It leaves whatever wraps the model in place
  (peft, DDP, FSDP, autocast), and scaling or capping of logits as the model has it.
- a beginning that all rows of a pass share, such as the system prompt: under causal attention its
  keys and values depend on nothing that follows, so they are computed once and, gradient and all,
  given to every row. This is the same function of the weights, up to rounding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tunewright.training.encode import IGNORED

if TYPE_CHECKING:
    import torch

    Batch = Mapping[str, torch.Tensor]
    """`input_ids`, `attention_mask` and `labels`, each of shape (rows, tokens), padded on the right."""

LEAST_SHARED = 16
"""A shorter beginning is not worth a pass of its own."""


def summed_loss(
    model: torch.nn.Module, head: torch.nn.Module, batch: Batch, *, share_beginning: bool = False
) -> torch.Tensor:
    """Negative log-likelihood in nats, summed over the batch's trained tokens, in fp32.

    Args:
        model: causal language model, wrapped or not.
        head: its output embeddings.
        batch: encoded rows.
        share_beginning: compute a common beginning once; needs full attention in every layer, no
            gradient checkpointing and no dropout (which would be drawn once for all rows).

    Returns:
        A scalar; zero, but with a gradient, if the batch trains no token.
    """
    from torch.nn.functional import cross_entropy

    logits, targets = supervised_logits(model, head, batch, share_beginning=share_beginning)
    return cross_entropy(logits, targets, reduction="sum")


def supervised_logits(
    model: torch.nn.Module, head: torch.nn.Module, batch: Batch, *, share_beginning: bool = False
) -> tuple[torch.Tensor, torch.Tensor]:
    """The fp32 logits that predict the trained tokens, and these tokens.

    Returns:
        Logits of shape (trained tokens, vocabulary), targets of shape (trained tokens,).
    """
    shared = shared_beginning(batch) if share_beginning else 0
    earlier: dict[str, Any] = {"use_cache": False}
    if shared >= LEAST_SHARED:
        earlier = {"use_cache": True, "past_key_values": _keys_and_values(model, head, batch, shared)}
    else:
        shared = 0
    targets = batch["labels"][:, shared + 1 :]
    trained = targets != IGNORED
    with _head_on(head, trained):
        output = model(
            input_ids=batch["input_ids"][:, shared:], attention_mask=batch["attention_mask"], **earlier
        )
    return output.logits.float(), targets[trained]


def trained_tokens(batch: Batch) -> int:
    """On how many tokens of a batch the loss is taken."""
    return int((batch["labels"][:, 1:] != IGNORED).sum())


def shared_beginning(batch: Batch) -> int:
    """How many tokens all rows begin with in common, before the first that predicts a trained token."""
    rows, length = batch["input_ids"].shape
    if rows == 1:
        return 0
    same = (batch["input_ids"] == batch["input_ids"][:1]).all(dim=0)
    prompt = (batch["labels"] == IGNORED).all(dim=0) & (batch["attention_mask"] == 1).all(dim=0)
    common = int((same & prompt).long().cumprod(dim=0).sum())
    return max(0, min(common - 1, length - 2))


def _keys_and_values(model: torch.nn.Module, head: torch.nn.Module, batch: Batch, shared: int) -> Any:  # noqa: ANN401
    """The cache of the common beginning, computed for one row and repeated for all."""
    beginning = batch["input_ids"][:1, :shared]
    with _head_on(head, beginning[:, 1:] < 0):  # for no position at all
        cache = model(
            input_ids=beginning, attention_mask=batch["attention_mask"][:1, :shared], use_cache=True
        ).past_key_values
    cache.batch_repeat_interleave(batch["input_ids"].shape[0])
    return cache


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
