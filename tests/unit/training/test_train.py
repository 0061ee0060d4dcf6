"""Training the tiny model from rows to proven weights."""

from __future__ import annotations

import importlib
import itertools
import json
import math
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from tunewright.artifacts import sha256_file
from tunewright.config.schema.method import Lora, Quantization
from tunewright.errors import TrainingError
from tunewright.evaluation.decoding import decode, shared_prefix
from tunewright.models.load import Loading, load_tuned
from tunewright.refusals import refusal
from tunewright.training import checkpoints
from tunewright.training.history import History
from tunewright.training.result import BaseModel, TrainingResult
from tunewright.training.trainer import SupervisedTrainer

from .conftest import NF4, Train, make_hardware, make_method


def losses(result: TrainingResult, split: str = "train") -> list[float]:
    return [point.loss for point in result.history.points if point.split == split]


def weights_hash(result: TrainingResult) -> str:
    name = "adapter_model.safetensors" if result.metrics.total_parameters > 110_000 else "model.safetensors"
    return sha256_file(result.weights / name)


class Recorder:
    """A tracker's run that remembers."""

    def __init__(self) -> None:
        self.logged: list[tuple[dict[str, float], int | None]] = []

    def log(self, values: dict[str, float], step: int | None = None) -> None:
        self.logged.append((dict(values), step))

    def summary(self, values: dict[str, float]) -> None:
        pass

    def file(self, path: Path) -> None:
        pass


def test_it_learns_and_says_what_it_did(train_tiny: Train, capfd: pytest.CaptureFixture[str]) -> None:
    recorder = Recorder()
    result = train_tiny(run=recorder)
    metrics = result.metrics
    assert metrics.validation_loss_best < metrics.validation_loss_first - 0.1
    assert (metrics.steps, metrics.epochs, metrics.train_rows) == (6, 2.0, 20)
    assert metrics.best_step in (2, 3, 4, 6)
    assert metrics.micro_batch_size * metrics.gradient_accumulation_steps == 8
    assert metrics.trained_tokens < metrics.train_tokens == result.tokens // 2
    assert metrics.trainable_parameters == 8192
    assert metrics.adapter_max_logit_change > 0.01
    assert [point.step for point in result.history.of("validation")] == [0, 2, 3, 4, 6]
    assert [step for values, step in recorder.logged if "train/loss" in values] == [1, 2, 3, 4, 5, 6]
    assert [step for values, step in recorder.logged if "validation/loss" in values] == [0, 2, 3, 4, 6]
    out, err = capfd.readouterr()
    assert out == ""
    assert "tokens/s" in err and "6/6" in err
    assert "\r" not in err and "it/s" not in err


def test_the_adapter_is_canonical_and_loads_with_plain_peft(train_tiny: Train, base: BaseModel) -> None:
    result = train_tiny()
    assert sorted(path.name for path in result.weights.iterdir()) == [
        "adapter_config.json",
        "adapter_model.safetensors",
    ]
    config = json.loads((result.weights / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == "tiny@1"
    assert config["target_modules"] == sorted(config["target_modules"])
    assert str(base.folder) not in json.dumps(config)
    load_tuned(Loading(base.folder, "cpu", "fp32"), result.weights)


def test_the_size_of_a_pass_changes_nothing_but_rounding(train_tiny: Train) -> None:
    whole = train_tiny("whole", hardware=make_hardware(micro_batch_size=8))
    parts = train_tiny("parts", hardware=make_hardware(micro_batch_size=2))
    assert (whole.metrics.gradient_accumulation_steps, parts.metrics.gradient_accumulation_steps) == (1, 4)
    assert losses(parts) == pytest.approx(losses(whole), rel=1e-5)
    assert losses(parts, "validation") == pytest.approx(losses(whole, "validation"), rel=1e-5)


@pytest.mark.parametrize(
    ("quantization", "precision"), [(None, "fp32"), (NF4, "bf16")], ids=["lora", "qlora"]
)
def test_validation_passes_samples_and_checkpoints_leave_no_trace(
    train_tiny: Train, monkeypatch: pytest.MonkeyPatch, quantization: Quantization | None, precision: str
) -> None:
    """With dropout, so that a random number drawn in between would show.

    The last step's weights are the best in both runs; at each validation pass of the second a sample is
    generated.
    """
    lora = Lora(r=4, lora_alpha=8, lora_dropout=0.2)
    hardware = make_hardware(precision=precision)
    method = make_method(lora=lora, quantization=quantization, evals_per_epoch=1)
    few = train_tiny("few", method, hardware, checkpoint_seconds=1e9)

    plain, sampled = SupervisedTrainer.validation_loss, []

    def with_sample(trainer: SupervisedTrainer) -> float:
        model = trainer.model_wrapped
        model.eval()
        prefix = shared_prefix(model, [[5, 6, 7]])
        sampled.append(decode(model, [[5, 6, 7]], prefix, stop_ids=(), max_new_tokens=4))
        model.train()
        return plain(trainer)

    monkeypatch.setattr(SupervisedTrainer, "validation_loss", with_sample)
    often = method.model_copy(update={"evals_per_epoch": 4})
    many = train_tiny("many", often, hardware, checkpoint_seconds=0.0)
    assert losses(many) == losses(few)
    assert len(losses(many, "validation")) == len(sampled) > len(losses(few, "validation"))
    assert few.metrics.best_step == many.metrics.best_step == 6
    assert weights_hash(many) == weights_hash(few)


@pytest.mark.parametrize(
    ("changes", "precision"),
    [
        ({"lora": Lora(r=4, lora_alpha=8), "quantization": NF4}, "bf16"),
        ({"lora": Lora(r=4, lora_alpha=8)}, "bf16"),
        ({"lora": Lora(r=4, lora_alpha=8, use_dora=True), "quantization": NF4}, "bf16"),
        ({"lora": Lora(r=4, lora_alpha=8, use_dora=True)}, "fp32"),
        ({"lora": Lora(r=4, lora_alpha=8, use_rslora=True)}, "fp32"),
        ({"lora": Lora(r=4, lora_alpha=8, target_modules=("q_proj", "v_proj"))}, "fp32"),
        ({"lora": None, "learning_rate": 1e-3}, "bf16"),
        ({"lora": None, "learning_rate": 1e-3}, "fp32"),
    ],
    ids=["qlora", "lora-bf16", "qdora", "dora", "rslora", "two-modules", "full-bf16", "full"],
)
def test_every_method_learns_to_the_same_bits_twice(
    train_tiny: Train, base: BaseModel, changes: dict[str, Any], precision: str
) -> None:
    method = make_method(**changes, num_train_epochs=1)
    hardware = make_hardware(precision=precision)
    result, again = (train_tiny(name, method, hardware) for name in ("one", "two"))
    assert result.metrics.validation_loss_best < result.metrics.validation_loss_first
    assert result.metrics == again.metrics
    files = sorted(path.relative_to(result.weights) for path in result.weights.rglob("*"))
    assert files == sorted(path.relative_to(again.weights) for path in again.weights.rglob("*"))
    assert all((result.weights / name).read_bytes() == (again.weights / name).read_bytes() for name in files)
    if method.lora is not None:
        saved = load_file(result.weights / "adapter_model.safetensors")
        assert {weight.dtype for weight in saved.values()} == {torch.float32}
        beyond_bf16 = [
            weight for weight in saved.values() if not torch.equal(weight, weight.bfloat16().float())
        ]
        assert beyond_bf16, "adapter weights were rounded to bf16"
    else:
        saved = load_file(result.weights / "model.safetensors")
        assert {weight.dtype for weight in saved.values()} == {
            getattr(torch, {"bf16": "bfloat16", "fp32": "float32"}[precision])
        }
        assert "lm_head.weight" not in saved, "tied weights are written once"
        assert (result.weights / "tokenizer.json").exists()
        load_tuned(Loading(base.folder, "cpu", "fp32"), result.weights)


def test_settings_of_the_method_take_effect(train_tiny: Train) -> None:
    """Each of them changes the trajectory; none is read by nothing."""
    lora = Lora(r=4, lora_alpha=8)
    variants: dict[str, dict[str, Any]] = {
        "plain": {},
        "learning_rate": {"learning_rate": 4e-3},
        "lr_scheduler_type": {"lr_scheduler_type": "constant"},
        "warmup_ratio": {"warmup_ratio": 0.5},
        "weight_decay": {"weight_decay": 0.5},
        "max_grad_norm": {"max_grad_norm": 0.01},
        "r": {"lora": lora.model_copy(update={"r": 8})},
        "lora_alpha": {"lora": lora.model_copy(update={"lora_alpha": 32.0})},
        "lora_dropout": {"lora": lora.model_copy(update={"lora_dropout": 0.5})},
        "global_batch_size": {"global_batch_size": 4},
    }
    seen = {
        name: tuple(losses(train_tiny(name, make_method(**{"max_steps": 3, "lora": lora, **changes}))))
        for name, changes in variants.items()
    }
    seen["seed"] = tuple(losses(train_tiny("seed", make_method(max_steps=3, lora=lora), seed=8)))
    assert len(set(seen.values())) == len(seen), seen
    assert {len(curve) for curve in seen.values()} == {3}


def test_gradient_checkpointing_and_attention_change_only_rounding(train_tiny: Train) -> None:
    plain = train_tiny("plain", make_method(max_steps=3))
    recomputed = train_tiny(
        "recomputed", make_method(max_steps=3), make_hardware(gradient_checkpointing=True)
    )
    sdpa = train_tiny("sdpa", make_method(max_steps=3), make_hardware(attn_implementation="sdpa"))
    assert losses(recomputed) == pytest.approx(losses(plain), rel=1e-5)
    assert losses(sdpa) == pytest.approx(losses(plain), rel=1e-4)


def test_a_long_shared_beginning_changes_only_rounding(
    train_tiny: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    method = make_method(max_steps=3)
    shared = train_tiny("shared", method)
    monkeypatch.setattr("tunewright.training.train.beginning_can_be_shared", lambda *_: False)
    plain = train_tiny("plain", method)
    assert losses(shared) == pytest.approx(losses(plain), rel=1e-5)


def test_it_stops_early_and_keeps_the_best(train_tiny: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted = iter([6.0, 5.0, 4.0, 4.0, 4.5, 3.0, 2.0])
    monkeypatch.setattr(SupervisedTrainer, "validation_loss", lambda _: next(scripted))
    method = make_method(num_train_epochs=6, evals_per_epoch=1, early_stopping_patience=2)
    result = train_tiny(method=method)
    assert losses(result, "validation") == [6.0, 5.0, 4.0, 4.0, 4.5]
    assert (result.metrics.best_step, result.metrics.validation_loss_best) == (6, 4.0)
    assert (result.metrics.steps, result.metrics.epochs) == (12, 4.0)
    again = train_tiny(method=method)
    assert again.metrics == result.metrics, "an early stop is final"


def test_a_finished_run_is_not_trained_again(train_tiny: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    first = train_tiny()
    monkeypatch.setattr("tunewright.training.train.run_steps", lambda *_, **__: pytest.fail("trained again"))
    again = train_tiny()
    assert again.metrics == first.metrics
    assert again.history == first.history


def test_a_loss_that_is_no_number_stops_at_once(train_tiny: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = SupervisedTrainer.compute_loss

    def exploding(self: Any, *arguments: Any, **named: Any) -> torch.Tensor:
        return plain(self, *arguments, **named) * (math.nan if self.state.global_step == 1 else 1.0)

    monkeypatch.setattr(SupervisedTrainer, "compute_loss", exploding)
    with pytest.raises(
        TrainingError, match="training loss is nan at step 2: the weights are spoilt"
    ) as caught:
        train_tiny(checkpoint_seconds=0.0)
    assert "learning_rate" in caught.value.fix


def test_saved_weights_that_change_nothing_are_refused(train_tiny: Train, tmp_path: Path) -> None:
    result = train_tiny()
    path = result.weights / "adapter_model.safetensors"
    inert = {
        name: torch.zeros_like(weight) if "lora_B" in name else weight
        for name, weight in load_file(path).items()
    }
    save_file(inert, path)
    with pytest.raises(TrainingError, match="change nothing"):
        train_tiny()


def test_saved_weights_that_are_others_are_refused(train_tiny: Train) -> None:
    result = train_tiny()
    path = result.weights / "adapter_model.safetensors"
    save_file(
        {name: weight * -1 if "lora_B" in name else weight for name, weight in load_file(path).items()}, path
    )
    with pytest.raises(TrainingError, match="are not the model that was trained"):
        train_tiny()


def test_wrong_target_modules_are_named_with_the_right_ones(train_tiny: Train) -> None:
    with pytest.raises(TrainingError, match="does not fit the model") as caught:
        train_tiny(method=make_method(lora=Lora(r=4, lora_alpha=8, target_modules=("query",))))
    assert "q_proj" in caught.value.fix and "lm_head" not in caught.value.fix
    with pytest.raises(TrainingError, match="head is not supported"):
        train_tiny(method=make_method(lora=Lora(r=4, lora_alpha=8, target_modules=("q_proj", "lm_head"))))


def test_only_one_checkpoint_and_the_best_stay(train_tiny: Train, tmp_path: Path) -> None:
    result = train_tiny(checkpoint_seconds=0.0)
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert names == {"checkpoint-6", f"best-{result.metrics.best_step}", "rows_per_pass.json"}
    assert isinstance(result.history, History)
    assert checkpoints.newest(tmp_path / "run") is not None


@pytest.mark.parametrize(
    "ticks", [(0.0,), (50.0, 40.0, 30.0), (0.0, 1e9)], ids=["still", "back", "far ahead"]
)
def test_clocks_that_stand_still_or_jump_change_only_what_is_said_of_time(
    train_tiny: Train, monkeypatch: pytest.MonkeyPatch, ticks: tuple[float, ...]
) -> None:
    undisturbed = train_tiny("undisturbed", make_method(max_steps=3))
    times = itertools.chain(ticks, itertools.repeat(ticks[-1]))
    monkeypatch.setattr(time, "monotonic", lambda: next(times))
    jumped = train_tiny("jumped", make_method(max_steps=3))
    assert weights_hash(jumped) == weights_hash(undisturbed)
    assert losses(jumped, "validation") == losses(undisturbed, "validation")


@pytest.mark.parametrize("writer", ["torch.save", "safetensors.torch.save_file"])
def test_a_disk_that_fills_up_is_told_and_the_next_run_goes_on(
    train_tiny: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writer: str
) -> None:
    """The errors are those of the true libraries, taken down on a full tmpfs."""
    told = {
        "torch.save": RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 576 vs 534"),
        "safetensors.torch.save_file": SafetensorError(
            "Error while serializing: I/O error: No space left on device (os error 28)"
        ),
    }[writer]
    undisturbed = train_tiny("undisturbed", checkpoint_seconds=0.0)

    def full(*_: object, **__: object) -> None:
        if checkpoints.newest(tmp_path / "run") is not None:
            raise told
        return plain(*_, **__)

    module, _, name = writer.rpartition(".")
    plain = getattr(importlib.import_module(module), name)
    with monkeypatch.context() as patch:
        patch.setattr(writer, full)
        patch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=0))
        with pytest.raises(OSError, match="No space left on device") as caught:
            train_tiny(checkpoint_seconds=0.0)
    message = str(refusal(caught.value))
    assert str(tmp_path / "run") in message and "make room" in message
    again = train_tiny(checkpoint_seconds=0.0)
    assert weights_hash(again) == weights_hash(undisturbed)
    assert not list((tmp_path / "run").glob("writing-*"))
