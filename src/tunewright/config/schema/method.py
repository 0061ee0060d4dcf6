"""`method`: the training recipe. It never depends on the hardware that carries it out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tunewright.config.schema.node import Node

NonEmpty = Annotated[str, Field(min_length=1)]
Names = Annotated[tuple[NonEmpty, ...], Field(min_length=1)]
TooLong = Literal["error", "drop", "truncate"]


class Lora(Node):
    """Low-rank adapters (Hu et al. 2021, arXiv:2106.09685); peft's `LoraConfig` names.

    Attributes:
        r: rank.
        lora_alpha: scaling; the update is multiplied by lora_alpha / r.
        lora_dropout: dropout on the adapter's input.
        target_modules: `all-linear`, or names of linear layers.
        use_dora: decompose magnitude and direction (Liu et al. 2024, arXiv:2402.09353).
        use_rslora: scale by lora_alpha / sqrt(r) (Kalajdzievski 2023, arXiv:2312.03732).
    """

    r: int = Field(default=16, ge=1, le=1024)
    lora_alpha: float = Field(default=32, gt=0)
    lora_dropout: float = Field(default=0.0, ge=0.0, lt=1.0)
    target_modules: Literal["all-linear"] | Names = "all-linear"
    use_dora: bool = False
    use_rslora: bool = False


class Quantization(Node):
    """4-bit base weights (Dettmers et al. 2023, arXiv:2305.14314); bitsandbytes' names.

    Attributes:
        bnb_4bit_quant_type: nf4 or fp4.
        bnb_4bit_use_double_quant: quantize the quantization constants too.
    """

    bnb_4bit_quant_type: Literal["nf4", "fp4"] = "nf4"
    bnb_4bit_use_double_quant: bool = True


class Method(Node):
    """How the base model is trained; transformers' `TrainingArguments` names.

    Attributes:
        lora: null trains every weight.
        quantization: null keeps the base weights in the hardware's precision.
        global_batch_size: rows per optimizer step over all devices.
        num_train_epochs: passes over the training rows.
        max_steps: stop after so many optimizer steps; -1 for no limit.
        learning_rate: step size of the optimizer after the warm-up.
        lr_scheduler_type: how the learning rate falls after the warm-up.
        warmup_ratio: share of the steps in which the learning rate rises from 0.
        weight_decay: share of each weight that AdamW takes off, times the learning rate, at every step.
        max_grad_norm: gradients of a step are scaled down to this norm.
        optim: variant of AdamW; the paged ones keep their state in 8 or 32 bits and need device cuda.
        max_length: tokens per row, counted under the model's own chat template.
        too_long: what becomes of rows with more tokens: `error` stops before training, `drop` leaves
            them out, `truncate` cuts the prompt's oldest part and never the answer. What was left out
            or cut is counted in the log, metrics/train.json and the report.
        evals_per_epoch: validation passes per epoch; the best checkpoint by validation loss is kept.
        early_stopping_patience: stop after so many validation passes without a better loss; null never.
    """

    lora: Lora | None
    quantization: Quantization | None = None
    global_batch_size: int = Field(default=8, ge=1, le=65536)
    num_train_epochs: float = Field(default=3.0, gt=0, le=1000)
    max_steps: int = Field(default=-1, ge=-1)
    learning_rate: float = Field(gt=0.0, le=1.0)
    lr_scheduler_type: Literal["linear", "cosine", "constant", "constant_with_warmup"] = "cosine"
    warmup_ratio: float = Field(default=0.05, ge=0.0, lt=1.0)
    weight_decay: float = Field(default=0.0, ge=0.0, le=1.0)
    max_grad_norm: float = Field(default=1.0, gt=0.0)
    optim: Literal["adamw_torch", "adamw_torch_fused", "paged_adamw_8bit", "paged_adamw_32bit"] = (
        "adamw_torch"
    )
    max_length: int = Field(default=1024, ge=16)
    too_long: TooLong = "error"
    evals_per_epoch: int = Field(default=1, ge=1, le=100)
    early_stopping_patience: int | None = Field(default=None, ge=1)
