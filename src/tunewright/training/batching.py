"""Which rows make up which optimizer step, and how a step's rows are cut into passes.

The recipe is the sequence of global batches: a random order drawn from the seed for each epoch, cut
into `global_batch_size` rows. How a global batch is carried out (devices, rows per pass) changes no
step: its loss is the mean over all of its trained tokens. Within a global batch rows of like length
go through together, which saves padding; batches as a whole stay random, since fully length-sorted
ones train worse.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tunewright.training.encode import IGNORED, EncodedRow

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Recipe:
    """The global batches of a whole run.

    Attributes:
        lengths: tokens of each row.
        global_batch_size: rows of an optimizer step; the last one of an epoch takes what is left.
        epochs: passes over the rows, also fractions.
        max_steps: optimizer steps at most; -1 for no limit.
        seed: of the row order.
    """

    lengths: tuple[int, ...]
    global_batch_size: int
    epochs: float
    max_steps: int
    seed: int

    @property
    def steps_per_epoch(self) -> int:
        """Optimizer steps of a whole epoch."""
        return math.ceil(len(self.lengths) / self.global_batch_size)

    @property
    def steps(self) -> int:
        """Optimizer steps of the run, if nothing stops it early."""
        steps = math.ceil(self.epochs * self.steps_per_epoch)
        return steps if self.max_steps < 0 else min(steps, self.max_steps)

    def batches(self, epoch: int) -> list[list[int]]:
        """The global batches of an epoch as row indices, each batch from the shortest row to the longest."""
        order = list(range(len(self.lengths)))
        random.Random(f"{self.seed}/{epoch}").shuffle(order)  # noqa: S311 - an order, no secret
        size = self.global_batch_size
        cut = [order[start : start + size] for start in range(0, len(order), size)]
        return [sorted(batch, key=lambda row: (self.lengths[row], row)) for batch in cut]

    def tokens_by_step(self) -> list[int]:
        """Tokens without padding of each step of the run."""
        epochs = math.ceil(self.steps / self.steps_per_epoch)
        batches = (batch for epoch in range(epochs) for batch in self.batches(epoch))
        return [sum(self.lengths[row] for row in batch) for batch in batches][: self.steps]


def validation_steps(recipe: Recipe, evals_per_epoch: int) -> list[int]:
    """The steps after which the validation loss is taken: evenly in each epoch, and after the last step."""
    per_epoch = recipe.steps_per_epoch
    passes = math.ceil(recipe.steps / per_epoch) * evals_per_epoch
    steps = {max(1, round(per_epoch * number / evals_per_epoch)) for number in range(1, passes + 1)}
    return sorted({step for step in steps if step < recipe.steps} | {recipe.steps})


def share(batch: Sequence[int], *, rank: int, devices: int, padding: int) -> list[int]:
    """A device's rows of a global batch: as many as every other's, `padding` where there are none left."""
    rows = list(batch[rank::devices])
    return rows + [padding] * (math.ceil(len(batch) / devices) - len(rows))


class MicroBatches:
    """A device's passes through the rows of an epoch, as a batch sampler for a DataLoader.

    Args:
        recipe: the global batches.
        micro_batch_size: rows per pass; divides the device's share of a global batch.
        rank: number of this device.
        devices: how many there are.
    """

    def __init__(self, recipe: Recipe, *, micro_batch_size: int, rank: int = 0, devices: int = 1) -> None:
        """Start with epoch 0."""
        self.recipe = recipe
        self.micro_batch_size = micro_batch_size
        self.rank = rank
        self.devices = devices
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch whose row order comes next."""
        self.epoch = epoch

    def __len__(self) -> int:
        """Passes of an epoch: the same on every device."""
        whole, rest = divmod(len(self.recipe.lengths), self.recipe.global_batch_size)
        per_batch = self.recipe.global_batch_size // (self.devices * self.micro_batch_size)
        return whole * per_batch + math.ceil(math.ceil(rest / self.devices) / self.micro_batch_size)

    def __iter__(self) -> Iterator[list[int]]:
        """Row indices of each pass; the index after the last row stands for a row of padding."""
        padding = len(self.recipe.lengths)
        for batch in self.recipe.batches(self.epoch):
            rows = share(batch, rank=self.rank, devices=self.devices, padding=padding)
            for start in range(0, len(rows), self.micro_batch_size):
                yield rows[start : start + self.micro_batch_size]


class TrainingRows:
    """Encoded rows for a DataLoader, with a row of padding after the last.

    That row trains nothing; it keeps devices in step whose share of a batch is a row short.
    """

    def __init__(self, rows: Sequence[EncodedRow]) -> None:
        """Make the row of padding of tokens that are there."""
        self.rows = rows
        first = rows[0]
        self.padding = EncodedRow("", first.input_ids[:2], (IGNORED,) * len(first.input_ids[:2]))

    def __len__(self) -> int:
        """Number of real rows."""
        return len(self.rows)

    def __getitem__(self, index: int) -> EncodedRow:
        """A row, or the row of padding."""
        return self.padding if index == len(self.rows) else self.rows[index]


@dataclass(frozen=True)
class Collator:
    """Pads the rows of a pass on the right, to the longest of them.

    Attributes:
        pad_token_id: fills input_ids.
    """

    pad_token_id: int

    def __call__(self, rows: Sequence[EncodedRow]) -> dict[str, torch.Tensor]:
        """`input_ids`, `attention_mask` and `labels`, each of shape (rows, longest row)."""
        import torch

        length = max(len(row) for row in rows)

        def padded(values: Sequence[Sequence[int]], fill: int) -> Any:  # noqa: ANN401 - a tensor
            return torch.tensor([[*row, *([fill] * (length - len(row)))] for row in values])

        return {
            "input_ids": padded([row.input_ids for row in rows], self.pad_token_id),
            "attention_mask": padded([[1] * len(row) for row in rows], 0),
            "labels": padded([row.labels for row in rows], IGNORED),
        }
