"""What happens around the optimizer steps: probe, validation, best weights, checkpoints, progress.

Imported only in the training process, since importing transformers takes seconds.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

import torch
from transformers import TrainerCallback, TrainerControl, TrainerState

from tunewright.errors import TrainingError
from tunewright.progress import Advance, per_second, say
from tunewright.signals import Noted
from tunewright.tracking.run import Run
from tunewright.training.best import keep_best
from tunewright.training.encode import EncodedRow
from tunewright.training.gradient_probe import check_gradients
from tunewright.training.pruning import Pruning
from tunewright.training.supervised_loss import trained_tokens
from tunewright.training.trainer import SupervisedTrainer

SAVE_SHARE = 20
"""Writing checkpoints may take a twentieth of the time at most."""


class Monitor(TrainerCallback):  # type: ignore[misc]
    """Decides by steps alone what changes the result, and by time only when to write a checkpoint.

    Args:
        trainer: whose run this is.
        validation_steps: after which the validation loss is taken.
        patience: validation passes without a better loss that end the run; null never.
        probe_rows: for the gradient probe and the proof of the saved weights.
        base_name: public name of the base model.
        dtype: in which a whole model is written.
        checkpoint_seconds: at least so long between two checkpoints that no validation pass asks for.
        pruning: when a search gives this training up.
        run: of the tracker.
        advance: the progress bar.

    Attributes:
        noted: where a signal to stop is noted.
        stopped_by: the signal that ended training after the last step; null if none did.
    """

    def __init__(
        self,
        trainer: SupervisedTrainer,
        *,
        validation_steps: Sequence[int],
        patience: int | None,
        probe_rows: Sequence[EncodedRow],
        base_name: str,
        dtype: torch.dtype,
        checkpoint_seconds: float,
        pruning: Pruning,
        run: Run,
        advance: Advance,
    ) -> None:
        """Take note; nothing happens before training begins."""
        self.trainer = trainer
        self.history = trainer.history
        self.validation_steps = frozenset(validation_steps)
        self.patience = patience
        self.probe_rows = probe_rows
        self.base_name = base_name
        self.dtype = dtype
        self.checkpoint_seconds = checkpoint_seconds
        self.pruning = pruning
        self.run = run
        self.advance = advance
        self.noted = Noted()
        self.stopped_by: int | None = None
        self.tokens = trainer.recipe.tokens_by_step()

    def on_train_begin(self, args: object, state: TrainerState, control: TrainerControl, **_: object) -> None:
        """Probe the gradients; score the untrained model; start the clocks."""
        self._probe()
        if state.global_step == 0:
            loss = self.trainer.validation_loss()
            self._check_finite("validation loss of the untrained model", loss, 0)
            self.history.add_validation(0, 0.0, loss)
            self.run.log({"validation/loss": loss}, step=0)
            self._say(f"before training: validation loss {loss:.4f}")
        else:
            self._say(f"resuming after step {state.global_step}")
            self.advance(state.global_step)
        self.first_step = state.global_step
        self.earlier_seconds = self.history.seconds
        self.started = self.saved = self.saving = time.monotonic()
        self.save_duration = 0.0

    def on_step_end(self, args: object, state: TrainerState, control: TrainerControl, **_: object) -> None:
        """Ask for a validation pass and a checkpoint where they are due."""
        step = state.global_step
        self.history.seconds = self.earlier_seconds + time.monotonic() - self.started
        self.history.finished = step >= self.trainer.recipe.steps
        due, self.stopped_by = self._agreed()
        control.should_evaluate = step in self.validation_steps
        control.should_save = control.should_evaluate or due or self.stopped_by is not None
        control.should_training_stop |= self.stopped_by is not None
        self.saving = time.monotonic()

    def on_log(
        self, args: object, state: TrainerState, control: TrainerControl, logs: dict[str, float], **_: object
    ) -> None:
        """Record the loss of a step; stop at once if it is no number."""
        if "loss" not in logs:
            return  # the library's summary of the run
        step, loss = state.global_step, logs["loss"]
        self._check_finite("training loss", loss, step)
        if self.trainer.accelerator.scaler is None:  # fp16 skips a step whose gradient overflowed
            self._check_finite("gradient", logs.get("grad_norm", 0.0), step)
        self.history.add_train(step, float(state.epoch), loss)
        self.run.log(
            {f"train/{name}": logs[name] for name in ("loss", "learning_rate", "grad_norm") if name in logs},
            step,
        )
        self.advance(1, self._note(step, loss))

    def on_evaluate(
        self,
        args: object,
        state: TrainerState,
        control: TrainerControl,
        metrics: dict[str, float],
        **_: object,
    ) -> None:
        """Record a validation pass, keep the weights if they are the best, stop if that has become rare."""
        step, loss = state.global_step, metrics["eval_loss"]
        self._check_finite("validation loss", loss, step)
        self.run.log({"validation/loss": loss}, step=step)
        better = self.history.add_validation(step, float(state.epoch), loss)
        self._say(f"after step {step}: validation loss {loss:.4f}{', the best so far' if better else ''}")
        if better:
            keep_best(self.trainer, self.probe_rows, base_name=self.base_name, dtype=self.dtype)
        if self.patience is not None and self.history.passes_without_better >= self.patience:
            self._say(f"no better for {self.patience} validation passes: stopping early")
            control.should_training_stop = self.history.finished = True
        control.should_training_stop |= self.pruning.exceeded(self.history) is not None
        self.saving = time.monotonic()

    def on_save(self, args: object, state: TrainerState, control: TrainerControl, **_: object) -> None:
        """Note how long a checkpoint takes, so that slow ones become rare."""
        self.saved = time.monotonic()
        self.save_duration = self.saved - self.saving

    def _say(self, text: str) -> None:
        if self.trainer.is_world_process_zero():
            say(text)

    def _probe(self) -> None:
        trainer = self.trainer
        model = trainer.model_wrapped
        inputs = trainer._prepare_inputs(trainer.data_collator(self.probe_rows))
        check_gradients(model, lambda: trainer.summed_loss(model, inputs) / trained_tokens(inputs))

    def _agreed(self) -> tuple[bool, int | None]:
        """Whether time for a checkpoint is up, and the signal to stop by, the same on every device.

        The first device decides on the time; a signal may reach any of them.
        """
        due = time.monotonic() - self.saved >= max(self.checkpoint_seconds, SAVE_SHARE * self.save_duration)
        number = self.noted.number
        if self.trainer.args.world_size == 1:
            return due, number
        mine = [
            float(due and self.trainer.is_world_process_zero()),
            float(number or 0),
            float(number is not None),
        ]
        summed = self.trainer.accelerator.reduce(torch.tensor(mine, device=self.trainer.args.device)).tolist()
        return summed[0] > 0, round(summed[1] / summed[2]) if summed[2] else None

    def _note(self, step: int, loss: float) -> str:
        rate = per_second(sum(self.tokens[self.first_step : step]), time.monotonic() - self.started)
        left = sum(self.tokens[step:]) / rate if rate else 0.0
        return f"loss {loss:.3f}, {rate:.0f} tokens/s, {_duration(left)} left"

    def _check_finite(self, name: str, value: float, step: int) -> None:
        if not math.isfinite(value):
            raise TrainingError(
                f"the {name} is {value} at step {step}: the weights are spoilt from here on",
                where=f"training, step {step}",
                fix="tunewright set method.learning_rate=... to a third of what it is; if it happens at the "
                "first steps, hardware.precision=fp32 (bf16 rather than fp16 on a GPU)",
            )


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
