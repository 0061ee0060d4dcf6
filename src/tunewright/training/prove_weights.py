"""After training: what was saved, loaded afresh, changes the base model and is the model that was trained.

An adapter that is saved under other names, attached to nothing or left at its first values loads
without a word, and the tuned model is then the base model.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tunewright.config.schema.hardware import Hardware
from tunewright.config.schema.method import Method
from tunewright.errors import TrainingError
from tunewright.models.load import DTYPES, attach_adapter, load_model
from tunewright.training.batching import Collator
from tunewright.training.encode import EncodedRow

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

TOLERANCE = {"fp32": 1e-3, "bf16": 5e-2, "fp16": 1e-2}
"""Largest difference to the trained model in memory, as a share of the largest logit."""


def prove_weights(
    base_folder: Path,
    saved: Path,
    remembered: torch.Tensor,
    rows: Sequence[EncodedRow],
    *,
    method: Method,
    hardware: Hardware,
    pad_token_id: int,
    trust_remote_code: bool,
) -> float:
    """Load base model and saved weights afresh and compare their logits on the probe rows.

    Args:
        base_folder: of the base model.
        saved: adapter, or whole model (method full).
        remembered: logits of the trained model in memory, shape (trained tokens, vocabulary).
        rows: the probe rows.
        method: quantization, and whether there is an adapter.
        hardware: device and precision.
        pad_token_id: fills the shorter rows.
        trust_remote_code: run Python code that lies in the base model's folder.

    Returns:
        The largest absolute change of a logit against the base model.

    Raises:
        TrainingError: nothing changes, or the saved weights are not those that were trained.
    """

    def load(folder: Path) -> PreTrainedModel:
        return load_model(
            folder,
            device=hardware.device,
            precision=hardware.precision,
            attn_implementation=hardware.attn_implementation,
            quantization=method.quantization,
            for_training=True,  # 4-bit weights in the layout that was trained on
            trust_remote_code=trust_remote_code,
        )

    batch = Collator(pad_token_id)(rows)
    model = load(base_folder)
    base = probe_logits(model, batch, hardware)
    if method.lora is None:
        del model
        tuned = probe_logits(load(saved), batch, hardware)
    else:
        tuned = probe_logits(attach_adapter(model, saved), batch, hardware)
    return judge(base, tuned, remembered, tolerance=TOLERANCE[hardware.precision])


def judge(base: torch.Tensor, tuned: torch.Tensor, remembered: torch.Tensor, *, tolerance: float) -> float:
    """The largest change of a logit between base and tuned model.

    Raises:
        TrainingError: there is none, or the tuned logits are not the remembered ones.
    """
    change = float((tuned - base).abs().max())
    if not change > 0.0:
        raise TrainingError(
            "the saved weights change nothing: loaded afresh, the tuned model answers like the base model",
            where="artifacts/adapter",
            fix="see in plots/loss.csv whether the loss fell; a higher method.learning_rate may "
            "do; if the loss did fall, report this",
        )
    difference = float((tuned - remembered).abs().max())
    if not difference <= tolerance * float(remembered.abs().max()):
        raise TrainingError(
            f"the saved weights, loaded afresh, are not the model that was trained: logits differ by up to "
            f"{difference:.3g}, where they differ by {change:.3g} from the base model",
            where="artifacts/adapter",
            fix="pip install the versions of tunewright's constraints.txt, and report this",
        )
    return change


def probe_logits(model: PreTrainedModel, batch: dict[str, torch.Tensor], hardware: Hardware) -> torch.Tensor:
    """Logits on the batch's trained tokens, computed as in training (autocast)."""
    import torch

    from tunewright.training.supervised_loss import supervised_logits

    on_device = {name: tensor.to(hardware.device) for name, tensor in batch.items()}
    dtype = getattr(torch, DTYPES[hardware.precision])
    autocast = torch.autocast(hardware.device, dtype=dtype, enabled=hardware.precision != "fp32")
    model.eval()
    with torch.no_grad(), autocast:
        logits, _ = supervised_logits(model, model.get_output_embeddings(), on_device)
    return logits.cpu()
