"""Rules of `method`: its settings fit each other."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from tunewright.config.schema.method import Method
from tunewright.errors import Problem


def recipe(method: Method) -> Iterator[Problem]:
    """The settings of the recipe fit each other."""
    if method.quantization is not None and method.lora is None:
        yield Problem(
            "method.quantization",
            "4-bit weights cannot be trained in full",
            fix="tunewright set method=qlora (adapter on 4-bit weights), or method.quantization=null",
        )
    if method.max_steps == 0:
        yield Problem("method.max_steps", "0 trains nothing", fix="-1 for no limit, or 1 and more")
    if method.lr_scheduler_type == "constant" and method.warmup_ratio > 0:
        yield Problem(
            "method.lr_scheduler_type",
            f"constant has no warm-up, but method.warmup_ratio is {method.warmup_ratio:g}",
            fix="tunewright set method.lr_scheduler_type=constant_with_warmup, or method.warmup_ratio=0",
        )
    passes = ceil(method.num_train_epochs) * method.evals_per_epoch
    patience = method.early_stopping_patience
    if patience is not None and method.max_steps == -1 and patience >= passes:
        yield Problem(
            "method.early_stopping_patience",
            f"{patience} never acts: {method.num_train_epochs:g} epochs with {method.evals_per_epoch} "
            f"validation passes each are {passes} passes",
            fix=f"set it below {passes} (null for never), or raise method.evals_per_epoch",
        )
