"""The best weights so far on disk, with what the model in memory answered, to prove them by later."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tunewright.refusals import as_os_errors
from tunewright.training.checkpoints import best_folder, whole
from tunewright.training.encode import IGNORED, EncodedRow

if TYPE_CHECKING:
    import torch

    from tunewright.training.trainer import SupervisedTrainer

WEIGHTS = "weights"
PROBE = "probe.safetensors"
PROBE_ROWS = 2
PROBE_TOKENS = 16


def choose_probe_rows(rows: Sequence[EncodedRow]) -> list[EncodedRow]:
    """The shortest rows, of whose trained tokens the first few count: cheap, and the same every time."""
    return [_first_trained(row) for row in sorted(rows, key=lambda row: (len(row), row.id))[:PROBE_ROWS]]


def keep_best(
    trainer: SupervisedTrainer, probe_rows: Sequence[EncodedRow], *, base_name: str, dtype: torch.dtype
) -> None:
    """Write the weights as they will be handed over, and the logits they give; every device takes part."""
    from safetensors.torch import save_file

    logits = trainer.probe_logits(probe_rows)
    state = trainer.gathered_weights()
    if trainer.is_world_process_zero():
        best = best_folder(trainer.folder, trainer.state.global_step)
        with as_os_errors(best), whole(best) as draft:
            trainer.write_weights(state, draft / WEIGHTS, base_name=base_name, dtype=dtype)
            save_file({"logits": logits.contiguous()}, draft / PROBE)
    trainer.accelerator.wait_for_everyone()


def remembered_logits(folder: Path) -> torch.Tensor:
    """What the model in memory answered when its weights were written to `folder`."""
    from safetensors.torch import load_file

    logits: torch.Tensor = load_file(folder / PROBE)["logits"]
    return logits


def _first_trained(row: EncodedRow) -> EncodedRow:
    kept = 0
    labels = []
    for label in row.labels:
        kept += label != IGNORED
        labels.append(label if kept <= PROBE_TOKENS else IGNORED)
    return EncodedRow(row.id, row.input_ids, tuple(labels))
