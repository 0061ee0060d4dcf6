"""How the next token is chosen: the likeliest, or drawn by a seed that belongs to the row.

A draw depends on the seed, the row's id and the token's place alone, not on the batch or on the rows beside
it: a run that goes on after a kill draws what an undisturbed one draws, and base and tuned model get the same
numbers (common random numbers), so that their difference is that of the models. Nucleus sampling: Holtzman et
al. 2020 (arXiv:1904.09751).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tunewright.config.schema.evaluation import Evaluation

if TYPE_CHECKING:
    import torch

Choose = Callable[["torch.Tensor", Sequence[int], int], "torch.Tensor"]
"""(logits, shape (rows, vocabulary); which prompts the rows are; tokens before this one) -> token ids."""
DRAW_BYTES = 6
SEED_BITS = 31


def likeliest(logits: torch.Tensor, prompts: Sequence[int], step: int) -> torch.Tensor:
    """The token with the greatest logit, of each row."""
    return logits.argmax(-1)


def chooser(evaluation: Evaluation, ids: Sequence[str]) -> Choose:
    """What the settings choose tokens by.

    Args:
        evaluation: temperature, top_p and seed are read.
        ids: of the rows that the prompts belong to.
    """
    if evaluation.temperature == 0:
        return likeliest

    def choose(logits: torch.Tensor, prompts: Sequence[int], step: int) -> torch.Tensor:
        draws = [uniform(evaluation.seed, ids[prompt], step) for prompt in prompts]
        return drawn(logits, draws, evaluation.temperature, evaluation.top_p)

    return choose


def drawn(logits: torch.Tensor, draws: Sequence[float], temperature: float, top_p: float) -> torch.Tensor:
    """A token of each row: where its draw falls on the probabilities laid end to end.

    They lie in the vocabulary's order, not in their own, so that a last bit of a logit moves a border by
    a last bit and swaps nothing.

    Args:
        logits: shape (rows, vocabulary).
        draws: a number of each row, 0 or more and less than 1.
        temperature: above 0; divides the logits.
        top_p: of the likeliest tokens so many are kept that their probabilities reach it.
    """
    import torch

    chances = (logits.float().cpu().double() / temperature).softmax(-1)
    if top_p < 1:
        falling, order = chances.sort(dim=-1, descending=True, stable=True)
        kept = falling.cumsum(-1) - falling < top_p
        chances = chances.where(torch.zeros_like(kept).scatter(-1, order, kept), 0.0)
    ends = chances.cumsum(-1)
    places = torch.tensor(draws, dtype=torch.float64)[:, None] * ends[:, -1:]
    return torch.searchsorted(ends, places, right=True)[:, 0].to(logits.device)


def uniform(seed: int, row_id: str, step: int) -> float:
    """A number of a row and a place in its answer, 0 or more and less than 1."""
    digest = hashlib.sha256(f"{seed}:{step}:{row_id}".encode()).digest()
    return int.from_bytes(digest[:DRAW_BYTES]) / float(1 << (8 * DRAW_BYTES))


def row_seed(seed: int, row_id: str) -> int:
    """A seed of a row, for engines that draw by themselves: 31 bits, as all of them take."""
    digest = hashlib.sha256(f"{seed}:{row_id}".encode()).digest()
    return int.from_bytes(digest[:8]) % (1 << SEED_BITS)
