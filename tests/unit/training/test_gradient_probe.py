"""A validation pass must not change the gradients: the trap provoked for real, simulated, and absent."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from transformers import set_seed

from tunewright.config.schema.method import Lora
from tunewright.errors import TrainingError
from tunewright.models.load import keep_weights_trainable, load_model
from tunewright.training.batching import Collator
from tunewright.training.encode import encode_rows
from tunewright.training.gradient_probe import check_gradients, compare
from tunewright.training.result import BaseModel
from tunewright.training.supervised_loss import summed_loss
from tunewright.training.trainable_model import attach_new_adapter

from .conftest import NF4, make_rows


class Probe:
    """A tiny model with an adapter, and the loss of a batch."""

    def __init__(self, base: BaseModel, *, in_4bit: bool, dropout: float = 0.0) -> None:
        from tunewright.models.load import load_tokenizer

        model = load_model(
            base.folder,
            device="cpu",
            precision="bf16" if in_4bit else "fp32",
            attn_implementation="eager",
            quantization=NF4 if in_4bit else None,
        )
        set_seed(0)
        self.model = attach_new_adapter(model, Lora(r=8, lora_alpha=16, lora_dropout=dropout))
        with torch.no_grad():
            for name, weight in self.model.named_parameters():
                if "lora_B" in name:
                    weight.normal_(
                        std=0.05
                    )  # as after some steps, so that every adapter weight has a gradient
        rows = encode_rows(
            load_tokenizer(base.folder), make_rows(4), instructions="", max_length=256, split="training"
        ).rows
        self.batch = Collator(0)(rows)
        self.precision = torch.bfloat16 if in_4bit else torch.float32

    def loss(self) -> torch.Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.precision == torch.bfloat16):
            return summed_loss(self.model, self.model.get_output_embeddings(), self.batch) / 100


@pytest.mark.parametrize("in_4bit", [False, True])
def test_a_sound_model_passes(base: BaseModel, in_4bit: bool) -> None:
    probe = Probe(base, in_4bit=in_4bit, dropout=0.1)
    keep_weights_trainable(probe.model)
    comparison = check_gradients(probe.model, probe.loss)
    assert comparison.cosine == pytest.approx(1.0)
    assert comparison.relative_difference == 0.0
    assert comparison.norm > 0.0


def test_bitsandbytes_repacking_is_caught(base: BaseModel) -> None:
    from bitsandbytes.functional import has_avx512bf16

    if not has_avx512bf16():
        pytest.skip("bitsandbytes repacks 4-bit weights only on CPUs with avx512_bf16, which this one lacks")
    probe = Probe(base, in_4bit=True)  # loaded for generation: the switch is left on
    with pytest.raises(TrainingError, match="a validation pass changes the gradients") as caught:
        check_gradients(probe.model, probe.loss)
    assert "method=lora" in caught.value.fix


def test_weights_that_change_in_eval_mode_are_caught(
    base: BaseModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    probe = Probe(base, in_4bit=False)
    layer = next(part for name, part in probe.model.named_modules() if name.endswith("down_proj.base_layer"))
    plain = layer.forward

    def repacking(values: torch.Tensor) -> torch.Tensor:
        if not layer.training and not torch.is_grad_enabled():
            layer.weight.data = layer.weight.data.flip(0)
        return plain(values)

    monkeypatch.setattr(layer, "forward", repacking)
    with pytest.raises(TrainingError, match=r"cosine -?0\.\d\d"):
        check_gradients(probe.model, probe.loss)


def test_a_model_without_gradient_is_caught(base: BaseModel) -> None:
    probe = Probe(base, in_4bit=False)
    with pytest.raises(TrainingError, match="is zero"):
        check_gradients(probe.model, lambda: probe.loss() * 0.0)


def test_a_gradient_that_is_no_number_is_caught(base: BaseModel) -> None:
    probe = Probe(base, in_4bit=False)
    with pytest.raises(TrainingError, match="is not a number"):
        check_gradients(probe.model, lambda: probe.loss() * float("nan"))


def test_it_leaves_no_trace(base: BaseModel) -> None:
    probe = Probe(base, in_4bit=False, dropout=0.3)
    probe.model.train()
    weights = {name: weight.clone() for name, weight in probe.model.state_dict().items()}
    set_seed(5)
    expected = [torch.rand(3).tolist(), random.random(), np.random.rand(2).tolist()]
    set_seed(5)
    check_gradients(probe.model, probe.loss)
    assert [torch.rand(3).tolist(), random.random(), np.random.rand(2).tolist()] == expected
    assert probe.model.training
    assert all(weight.grad is None for weight in probe.model.parameters())
    assert all(torch.equal(weights[name], weight) for name, weight in probe.model.state_dict().items())


def test_gradients_are_compared_over_all_weights() -> None:
    one = [torch.tensor([1.0, 0.0]), torch.tensor([0.0])]
    other = [torch.tensor([0.0, 0.0]), torch.tensor([1.0])]
    assert compare(one, one).cosine == 1.0
    assert compare(one, other).cosine == 0.0
    assert compare(one, other).relative_difference == pytest.approx(2**0.5)
