"""Before the first step: a validation pass must not change the gradients.

bitsandbytes 0.50.2 repacks 4-bit weights in place on CPUs with avx512_bf16 at the first pass in eval
mode without gradients; every backward pass after it is wrong (cosine 0.34 with the right gradient),
with no message, and the loss never falls. Loading switches that off. This probe catches it, and
whatever does the like some day, in any library: it compares, it does not look for the cause.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tunewright.errors import TrainingError

if TYPE_CHECKING:
    import torch

LEAST_COSINE = 0.99
LARGEST_DIFFERENCE = 0.1
"""Equal arithmetic gives equal gradients; these leave room for GPU kernels that add in any order."""


@dataclass(frozen=True)
class GradientComparison:
    """The gradient of a batch after a validation pass against the one before it.

    Attributes:
        cosine: of the angle between the two, over all trainable weights.
        relative_difference: length of their difference over the length of the one before.
        norm: length of the one before.
    """

    cosine: float
    relative_difference: float
    norm: float


def check_gradients(model: torch.nn.Module, loss: Callable[[], torch.Tensor]) -> GradientComparison:
    """Compare the gradients before and after a pass in validation mode; leaves no trace.

    Args:
        model: as it will be trained; random number generators, gradients and mode stay as they were.
        loss: forward pass of the probe batch.

    Raises:
        TrainingError: they differ, are zero or are no numbers.
    """
    import torch

    trainable = [weight for weight in model.parameters() if weight.requires_grad]
    was_training = model.training
    with _random_state_kept():
        before = _gradients(model, trainable, loss)
        model.eval()
        with torch.no_grad():
            loss()
    with _random_state_kept():
        after = _gradients(model, trainable, loss)
    model.train(was_training)
    comparison = compare(before, after)
    _judge(comparison)
    return comparison


def compare(before: Iterable[torch.Tensor], after: Iterable[torch.Tensor]) -> GradientComparison:
    """Compare two gradients, given weight by weight."""
    dot = norm_before = norm_after = difference = 0.0
    for one, other in zip(before, after, strict=True):
        dot += float((one * other).sum())
        norm_before += float(one.square().sum())
        norm_after += float(other.square().sum())
        difference += float((one - other).square().sum())
    scale = math.sqrt(norm_before) * math.sqrt(norm_after)
    return GradientComparison(
        cosine=dot / scale if scale else math.nan,
        relative_difference=math.sqrt(difference / norm_before) if norm_before else math.nan,
        norm=math.sqrt(norm_before),
    )


def _judge(comparison: GradientComparison) -> None:
    if comparison.norm == 0.0 or math.isnan(comparison.cosine):
        raise TrainingError(
            f"the gradient of a probe batch is {'zero' if comparison.norm == 0.0 else 'not a number'}: "
            "nothing would be learnt",
            fix="tunewright set hardware.precision=fp32, and see whether method.lora.target_modules "
            "names layers of this model",
        )
    if comparison.cosine < LEAST_COSINE or comparison.relative_difference > LARGEST_DIFFERENCE:
        raise TrainingError(
            "a validation pass changes the gradients that follow it (cosine "
            f"{comparison.cosine:.2f} with those before, relative difference "
            f"{comparison.relative_difference:.2f}): training would go astray without a message; "
            "a library changes the weights' layout in eval mode, as bitsandbytes does on some CPUs",
            fix="pip install the versions of tunewright's constraints.txt; or train without 4-bit weights: "
            "tunewright set method=lora",
        )


def _gradients(
    model: torch.nn.Module, trainable: Sequence[torch.Tensor], loss: Callable[[], torch.Tensor]
) -> list[torch.Tensor]:
    """The gradient of the loss in fp32, zero where there is none; the weights' own are cleared."""
    import torch

    model.train()
    loss().backward()  # type: ignore[no-untyped-call]
    gradients = [
        torch.zeros(1) if weight.grad is None else _local(weight.grad).detach().float().clone()
        for weight in trainable
    ]
    for weight in trainable:
        weight.grad = None
    return gradients


def _local(gradient: torch.Tensor) -> torch.Tensor:
    """This device's shard of a gradient that FSDP spread over devices."""
    return gradient.to_local() if hasattr(gradient, "to_local") else gradient


@contextmanager
def _random_state_kept() -> Iterator[None]:
    """Draw what was drawn, as if nothing had been drawn: dropout is the same in both passes and later."""
    import numpy as np
    import torch

    python_state, numpy_state = random.getstate(), np.random.get_state()
    try:
        with torch.random.fork_rng():
            yield
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)
