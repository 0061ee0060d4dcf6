"""What goes into a training and what comes out of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from tunewright.training.history import History


@dataclass(frozen=True)
class BaseModel:
    """What is fine-tuned.

    Attributes:
        folder: its files.
        name: its public name, for the adapter's configuration.
        trust_remote_code: run Python code that lies in the folder.
    """

    folder: Path
    name: str
    trust_remote_code: bool = False


@dataclass(frozen=True)
class TrainingMetrics:
    """What stands in metrics/train.json; losses in nats per trained token.

    Attributes:
        train_loss: mean over the steps of the last epoch.
        validation_loss_first: of the untrained model.
        validation_loss_best: of the weights that were kept.
        best_step: after which they were taken.
        steps, epochs: that were trained.
        train_rows, train_tokens, trained_tokens: of one epoch; trained are the answers' tokens.
        train_rows_dropped, validation_rows_dropped: left out, as longer than method.max_length.
        train_rows_truncated, validation_rows_truncated: whose prompt was cut to method.max_length.
        trainable_parameters, total_parameters: of the model with its adapter.
        micro_batch_size, gradient_accumulation_steps: how a global batch was carried out on a device.
        adapter_max_logit_change: largest change of a probe logit that the saved weights make.
    """

    train_loss: float
    validation_loss_first: float
    validation_loss_best: float
    best_step: int
    steps: int
    epochs: float
    train_rows: int
    train_tokens: int
    trained_tokens: int
    train_rows_dropped: int
    train_rows_truncated: int
    validation_rows_dropped: int
    validation_rows_truncated: int
    trainable_parameters: int
    total_parameters: int
    micro_batch_size: int
    gradient_accumulation_steps: int
    adapter_max_logit_change: float

    def as_dict(self) -> dict[str, float]:
        """The metrics as plain JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class TrainingResult:
    """A finished training.

    Attributes:
        weights: folder with the adapter, or with the whole model (method full).
        metrics: for metrics/train.json.
        history: the loss curve.
        seconds: that the steps took, over all interrupted and resumed processes.
        tokens: that went through the model in training, without padding.
    """

    weights: Path
    metrics: TrainingMetrics
    history: History
    seconds: float
    tokens: int
