"""`train`: from rows and a base model to saved weights that are proven to be the trained model."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tunewright.config.schema.hardware import Hardware
from tunewright.config.schema.method import Method
from tunewright.data.rows import Row
from tunewright.models.load import DTYPES, load_tokenizer
from tunewright.models.machine import memory_bytes
from tunewright.models.quiet import quiet_known_messages
from tunewright.progress import progress, say
from tunewright.signals import interrupted, signals_noted
from tunewright.tracking.run import Run
from tunewright.training import checkpoints
from tunewright.training.arguments import training_arguments
from tunewright.training.batching import Recipe, validation_steps
from tunewright.training.best import WEIGHTS, choose_probe_rows, remembered_logits
from tunewright.training.encode import EncodedRow, encode_rows
from tunewright.training.history import History, read_history
from tunewright.training.memory import choose_micro_batch_size
from tunewright.training.pass_size import within_limit
from tunewright.training.prove_weights import prove_weights
from tunewright.training.pruning import NEVER_PRUNED, Pruning
from tunewright.training.result import BaseModel, TrainingMetrics, TrainingResult
from tunewright.training.trainable_model import (
    beginning_can_be_shared,
    load_trainable,
    shape_of,
    total_parameters,
)

if TYPE_CHECKING:
    from tunewright.training.trainer import SupervisedTrainer

CHECKPOINT_SECONDS = 90.0


def train(
    base: BaseModel,
    rows: Sequence[Row],
    validation_rows: Sequence[Row],
    *,
    instructions: str,
    method: Method,
    hardware: Hardware,
    seed: int,
    folder: Path,
    run: Run,
    pruning: Pruning = NEVER_PRUNED,
    checkpoint_seconds: float = CHECKPOINT_SECONDS,
    tell: Callable[[str], None] = say,
) -> TrainingResult | None:
    """Fine-tune the base model on the rows; keep the best weights by validation loss.

    Goes on from the newest checkpoint in `folder`, if there is one; the result is the same to the byte.
    With several devices each runs this function in a process of its own.

    Args:
        base: the base model.
        rows: to learn from.
        validation_rows: to choose the best weights by.
        instructions: system turn of every row; empty for none.
        method: the recipe.
        hardware: how it is carried out.
        seed: of the adapter's first weights, the row order and dropout.
        folder: scratch folder of exactly this run.
        run: of the tracker.
        pruning: when a search gives this training up.
        checkpoint_seconds: at least so long between checkpoints, besides those at validation passes.
        tell: takes the lines on the rows' lengths, and on those that were left out or cut.

    Returns:
        The result on the first device, null on the others.

    Raises:
        InterruptionError: a signal has ended it after a checkpoint.
        PrunedError: a search has given it up.
        TrainingError: rows that cannot be trained on, gradients or losses that cannot be trusted, or
            saved weights that are not the trained model.
        ModelError: the base model cannot be loaded.
    """
    keep_libraries_quiet()
    be_deterministic()
    tokenizer = load_tokenizer(base.folder, trust_remote_code=base.trust_remote_code)
    of_training, of_validation = (
        encode_rows(
            tokenizer,
            given,
            instructions=instructions,
            max_length=method.max_length,
            split=split,
            too_long=method.too_long,
        )
        for split, given in (("training", rows), ("validation", validation_rows))
    )
    for line in (*of_training.told(method.max_length), *of_validation.told(method.max_length)):
        tell(line)
    encoded, validation = of_training.rows, of_validation.rows
    recipe = recipe_of(method, encoded, seed)

    model = load_trainable(base.folder, method, hardware, seed=seed, trust_remote_code=base.trust_remote_code)
    shape = shape_of(model)
    micro_batch_size = choose_micro_batch_size(
        hardware,
        shape,
        global_batch_size=method.global_batch_size,
        memory_bytes=hardware.memory_gb * 2**30 if hardware.memory_gb is not None else memory_bytes(),
        length=max(recipe.lengths),
        trained=max(row.trained_tokens for row in encoded),
    )
    micro_batch_size = within_limit(folder, micro_batch_size)
    arguments = training_arguments(method, hardware, recipe, micro_batch_size=micro_batch_size, folder=folder)

    from tunewright.training.trainer import HISTORY, SupervisedTrainer

    checkpoint = checkpoints.newest(folder)
    history = read_history(checkpoint / HISTORY) if checkpoint is not None else History()
    trainer = SupervisedTrainer(
        model=model,
        tokenizer=tokenizer,
        arguments=arguments,
        recipe=recipe,
        rows=encoded,
        validation_rows=validation,
        history=history,
        folder=folder,
        share_beginning=beginning_can_be_shared(model, method, hardware),
    )
    probe_rows = choose_probe_rows(encoded)
    if not history.finished:
        run_steps(
            trainer,
            checkpoint,
            probe_rows,
            base,
            method,
            hardware,
            run=run,
            pruning=pruning,
            checkpoint_seconds=checkpoint_seconds,
        )
    if not trainer.is_world_process_zero():
        return None

    parameters = total_parameters(model)
    del trainer, model
    gc.collect()
    assert history.best_step is not None and history.best_loss is not None  # noqa: S101 - the last step validates
    best = checkpoints.best_folder(folder, history.best_step)
    change = prove_weights(
        base.folder,
        best / WEIGHTS,
        remembered_logits(best),
        probe_rows,
        method=method,
        hardware=hardware,
        pad_token_id=int(tokenizer.pad_token_id),
        trust_remote_code=base.trust_remote_code,
    )
    steps = history.of("train")
    return TrainingResult(
        weights=best / WEIGHTS,
        metrics=TrainingMetrics(
            train_loss=history.train_loss(),
            validation_loss_first=history.of("validation")[0].loss,
            validation_loss_best=history.best_loss,
            best_step=history.best_step,
            steps=len(steps),
            epochs=steps[-1].epoch,
            train_rows=len(encoded),
            train_tokens=sum(recipe.lengths),
            trained_tokens=sum(row.trained_tokens for row in encoded),
            train_rows_dropped=len(of_training.dropped),
            train_rows_truncated=len(of_training.truncated),
            validation_rows_dropped=len(of_validation.dropped),
            validation_rows_truncated=len(of_validation.truncated),
            trainable_parameters=shape.trainable_parameters,
            total_parameters=parameters,
            micro_batch_size=micro_batch_size,
            gradient_accumulation_steps=method.global_batch_size // (micro_batch_size * hardware.devices),
            adapter_max_logit_change=change,
        ),
        history=history,
        seconds=history.seconds,
        tokens=sum(recipe.tokens_by_step()[: len(steps)]),
    )


def recipe_of(method: Method, rows: Sequence[EncodedRow], seed: int) -> Recipe:
    """The global batches that the method makes of the rows."""
    return Recipe(
        lengths=tuple(len(row) for row in rows),
        global_batch_size=method.global_batch_size,
        epochs=method.num_train_epochs,
        max_steps=method.max_steps,
        seed=seed,
    )


def run_steps(
    trainer: SupervisedTrainer,
    checkpoint: Path | None,
    probe_rows: Sequence[EncodedRow],
    base: BaseModel,
    method: Method,
    hardware: Hardware,
    *,
    run: Run,
    pruning: Pruning,
    checkpoint_seconds: float,
) -> None:
    """Train from the checkpoint, or from the start, to the end.

    Raises:
        InterruptionError: a signal came; the step that was under way is done and its checkpoint written.
        PrunedError: a search has given it up.
    """
    import torch

    from tunewright.training.monitor import Monitor

    first = trainer.is_world_process_zero()
    pruning.check(trainer.history, first=first)  # a kill may have come between the last pass and its end
    if first:
        checkpoints.remove_drafts(trainer.folder)
    with progress("training", trainer.recipe.steps) if first else nullcontext(_no_progress) as advance:
        monitor = Monitor(
            trainer,
            validation_steps=validation_steps(trainer.recipe, method.evals_per_epoch),
            patience=method.early_stopping_patience,
            probe_rows=probe_rows,
            base_name=base.name,
            dtype=getattr(torch, DTYPES[hardware.precision]),
            checkpoint_seconds=checkpoint_seconds,
            pruning=pruning,
            run=run,
            advance=advance,
        )
        trainer.add_callback(monitor)
        with signals_noted() as noted:
            monitor.noted = noted
            trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint is not None else None)
    if monitor.stopped_by is not None:
        what = f"training was interrupted after step {trainer.state.global_step}, whose checkpoint is written"
        raise interrupted(monitor.stopped_by, what)
    pruning.check(trainer.history, first=first)


def keep_libraries_quiet() -> None:
    """Their bars and advice are not for the user of tunewright; their errors are."""
    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity_error()
    quiet_known_messages()
    for name in ("accelerate", "bitsandbytes", "datasets", "peft", "trl"):
        logging.getLogger(name).setLevel(logging.ERROR)


def be_deterministic() -> None:
    """Choose kernels that give the same bits every time; where there is none, torch warns."""
    import torch

    settings: Any = torch.utils.deterministic
    settings.fill_uninitialized_memory = False  # only tells reads of unwritten memory, and costs time
    torch.use_deterministic_algorithms(mode=True, warn_only=True)


def _no_progress(done: int = 1, note: str = "") -> None:
    """What the other devices show."""
