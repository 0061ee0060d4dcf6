"""The Trainer: trl's, with our batches, our loss, whole checkpoints and a validation that leaves no trace.

Imported only in the training process, since importing trl takes seconds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch.utils.data import DataLoader
from transformers import PrinterCallback, Trainer, TrainerControl
from trl import SFTTrainer

from tunewright.refusals import as_os_errors
from tunewright.training import checkpoints
from tunewright.training.batching import Collator, MicroBatches, Recipe, TrainingRows, share
from tunewright.training.encode import EncodedRow
from tunewright.training.history import History, write_history
from tunewright.training.save import save_weights
from tunewright.training.supervised_loss import summed_loss, supervised_logits, trained_tokens

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase
    from trl import SFTConfig

HISTORY = "history.json"


class EpochLoader(DataLoader[EncodedRow]):
    """A DataLoader whose batch sampler has another order in each epoch."""

    def set_epoch(self, epoch: int) -> None:
        """Tell the batch sampler which epoch comes next."""
        sampler: Any = self.batch_sampler
        sampler.set_epoch(epoch)


class SupervisedTrainer(SFTTrainer):  # type: ignore[misc]
    """Supervised fine-tuning on encoded rows.

    Args:
        model: with what is to be trained marked so.
        tokenizer: its pad token fills batches.
        arguments: of the libraries.
        recipe: the global batches.
        rows: training rows, as the recipe numbers them.
        validation_rows: scored at each validation pass.
        history: of the run so far; kept with each checkpoint.
        folder: scratch folder of this run.
        share_beginning: compute what the rows of a pass begin with in common once.
    """

    loss_is_scaled_for_ga = True

    def __init__(
        self,
        *,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        arguments: SFTConfig,
        recipe: Recipe,
        rows: Sequence[EncodedRow],
        validation_rows: Sequence[EncodedRow],
        history: History,
        folder: Path,
        share_beginning: bool,
    ) -> None:
        """Hand the libraries what they insist on, and keep the rest."""
        from datasets import Dataset

        exact = {
            name: weight.detach().clone() for name, weight in model.named_parameters() if weight.requires_grad
        }
        super().__init__(
            model=model,
            args=arguments,
            train_dataset=Dataset.from_dict({"input_ids": [rows[0].input_ids], "labels": [rows[0].labels]}),
            data_collator=Collator(int(tokenizer.pad_token_id)),
            processing_class=tokenizer,
        )
        self._keep_precision(exact)
        self.remove_callback(PrinterCallback)
        self.model_accepts_loss_kwargs = (
            True  # has the trained tokens of a global batch counted over all devices
        )
        self.recipe = recipe
        self.rows = TrainingRows(rows)
        self.validation_rows = sorted(validation_rows, key=len)
        self.history = history
        self.folder = folder
        self.share_beginning = share_beginning
        self._writing: Path | None = None

    def get_train_dataloader(self) -> EpochLoader:
        """The passes of this device, epoch by epoch."""
        batches = MicroBatches(
            self.recipe,
            micro_batch_size=self.args.per_device_train_batch_size,
            rank=self.args.process_index,
            devices=self.args.world_size,
        )
        rows: Any = self.rows  # a dataset by what it does
        return EpochLoader(rows, batch_sampler=batches, collate_fn=self.data_collator)

    def compute_loss(
        self,
        model: torch.nn.Module,
        inputs: Mapping[str, torch.Tensor],
        return_outputs: bool = False,
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> torch.Tensor:
        """The pass's share of the global batch's mean loss per trained token.

        DDP and FSDP average gradients over devices, so each device's share counts as many times.
        """
        devices: int = self.accelerator.num_processes
        loss = self.summed_loss(model, inputs) * devices
        return loss / (trained_tokens(inputs) if num_items_in_batch is None else num_items_in_batch)

    def summed_loss(self, model: torch.nn.Module, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """The loss summed over the pass's trained tokens."""
        head = self.accelerator.unwrap_model(model).get_output_embeddings()
        return summed_loss(model, head, inputs, share_beginning=self.share_beginning)

    def validation_loss(self) -> float:
        """Mean loss per trained token of the validation rows, over all devices; touches no random state."""
        totals = torch.zeros(2, dtype=torch.float64)
        model = self.model_wrapped
        model.eval()
        with torch.no_grad():
            for inputs in self._validation_passes():
                totals[0] += self.summed_loss(model, inputs).double().cpu()
                totals[1] += trained_tokens(inputs)
        model.train()
        summed = self.accelerator.reduce(
            totals.to(self.args.device) if self.args.device.type != "mps" else totals
        )
        return float(summed[0] / summed[1])

    def probe_logits(self, rows: Sequence[EncodedRow]) -> torch.Tensor:
        """Logits of the model as it is, on the trained tokens of the given rows."""
        inputs = self._prepare_inputs(self.data_collator(rows))
        model = self.model_wrapped
        model.eval()
        with torch.no_grad():
            head = self.accelerator.unwrap_model(model).get_output_embeddings()
            logits, _ = supervised_logits(model, head, inputs)
        model.train()
        return logits.cpu()

    def evaluate(self, *_: object, **__: object) -> dict[str, float]:
        """A validation pass, as the Trainer's loop asks for it."""
        metrics = {"eval_loss": self.validation_loss()}
        self.control: TrainerControl = self.callback_handler.on_evaluate(
            self.args, self.state, self.control, metrics
        )
        return metrics

    def gathered_weights(self) -> dict[str, torch.Tensor]:
        """The weights of all devices together; every device takes part."""
        state: dict[str, torch.Tensor] = self.accelerator.get_state_dict(self.model_wrapped)
        return state

    def write_weights(
        self, state: Mapping[str, torch.Tensor], folder: Path, *, base_name: str, dtype: torch.dtype
    ) -> None:
        """Write gathered weights as they will be handed over."""
        model = self.accelerator.unwrap_model(self.model_wrapped)
        save_weights(model, state, folder, self.processing_class, base_name=base_name, dtype=dtype)

    def _save_checkpoint(self, model: torch.nn.Module, trial: object) -> None:
        """The library writes in place: let it write elsewhere, then give the folder its name."""
        target = checkpoints.checkpoint_folder(self.folder, self.state.global_step)
        self._writing = desk = self.folder / f"{checkpoints.WRITING}checkpoint"
        with as_os_errors(target):
            Trainer._save_checkpoint(self, model, trial)  # not trl's, which adds a model card
        self._writing = None
        self.accelerator.wait_for_everyone()
        if self.is_world_process_zero():
            write_history(desk / target.name / HISTORY, self.history)
            checkpoints.publish(desk / target.name, target)
            desk.rmdir()
            checkpoints.prune(self.folder, self.history.best_step)
        self.accelerator.wait_for_everyone()

    def _get_output_dir(self, trial: object) -> str:
        return str(self._writing or self.args.output_dir)

    def _send_telemetry(self) -> None:
        """Nothing is sent anywhere."""

    def _keep_precision(self, exact: Mapping[str, torch.Tensor]) -> None:
        """Trl turns adapters on 4-bit weights into bf16; updates are often smaller than that can add."""
        for name, weight in self.model.named_parameters():
            if name in exact:
                weight.data = exact[name].to(weight.device)

    def _validation_passes(self) -> Any:  # noqa: ANN401 - an iterator over batches
        rows, padding = [*self.validation_rows, self.rows.padding], len(self.validation_rows)
        mine = share(
            range(len(self.validation_rows)),
            rank=self.args.process_index,
            devices=self.args.world_size,
            padding=padding,
        )
        size = self.args.per_device_train_batch_size
        for number in range(math.ceil(len(mine) / size)):
            batch = [rows[index] for index in mine[number * size : (number + 1) * size]]
            yield self._prepare_inputs(self.data_collator(batch))
