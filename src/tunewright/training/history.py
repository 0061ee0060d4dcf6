"""What training has seen so far: the loss curve, the best validation pass, the time spent."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from tunewright.artifacts import read_json, write_json, write_text

Split = Literal["train", "validation"]


@dataclass(frozen=True)
class LossPoint:
    """One point of the loss curve.

    Attributes:
        step: optimizer steps done.
        epoch: passes over the training rows done.
        split: train (mean over the step's tokens) or validation (mean over all validation tokens).
        loss: mean negative log-likelihood per trained token, in nats.
    """

    step: int
    epoch: float
    split: Split
    loss: float


@dataclass
class History:
    """The part of training's state that the libraries do not keep.

    Attributes:
        points: the loss curve, in the order of time.
        best_step: of the validation pass with the lowest loss after the first step; ties keep the earlier.
        best_loss: its loss.
        passes_without_better: validation passes since.
        finished: the last step is done, or early stopping has struck.
        seconds: spent on training, over all processes that took part one after the other.
    """

    points: list[LossPoint] = field(default_factory=list)
    best_step: int | None = None
    best_loss: float | None = None
    passes_without_better: int = 0
    finished: bool = False
    seconds: float = 0.0

    def add_train(self, step: int, epoch: float, loss: float) -> None:
        """Record the loss of an optimizer step."""
        self.points.append(LossPoint(step, epoch, "train", loss))

    def add_validation(self, step: int, epoch: float, loss: float) -> bool:
        """Record a validation pass; whether it is the best so far. Step 0 is the untrained model's."""
        self.points.append(LossPoint(step, epoch, "validation", loss))
        if step == 0:
            return False
        if self.best_loss is not None and loss >= self.best_loss:
            self.passes_without_better += 1
            return False
        self.best_step, self.best_loss, self.passes_without_better = step, loss, 0
        return True

    def of(self, split: Split) -> list[LossPoint]:
        """The points of one split."""
        return [point for point in self.points if point.split == split]

    def train_loss(self) -> float:
        """Mean training loss over the steps of the last epoch."""
        points = self.of("train")
        last = [point.loss for point in points if point.epoch > points[-1].epoch - 1]
        return sum(last) / len(last)


def write_history(path: Path, history: History) -> None:
    """Write the history beside a checkpoint."""
    write_json(path, asdict(history))


def read_history(path: Path) -> History:
    """Read the history of a checkpoint."""
    raw = read_json(path)
    return History(**{**raw, "points": [LossPoint(**point) for point in raw["points"]]})


def write_loss_csv(path: Path, history: History) -> None:
    """Write the loss curve: step, epoch, split, loss."""
    lines = [f"{p.step},{p.epoch:.6g},{p.split},{p.loss:.6g}\n" for p in history.points]
    write_text(path, "".join(["step,epoch,split,loss\n", *lines]))
