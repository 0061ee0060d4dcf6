"""Adapters on disk: attached whole or not at all, and written the same way every time."""

from __future__ import annotations

import json
import shutil

import pytest

from tunewright.errors import ModelError
from tunewright.models.adapter import attach_adapter, canonical_adapter_config, read_adapter
from tunewright.models.load import Loading, load_model, load_tuned


@pytest.fixture(scope="module")
def adapter_folder(tiny_folder, tmp_path_factory):
    """A LoRA adapter with an effect, as peft saves it."""
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(0)
    model = load_model(tiny_folder, device="cpu", precision="fp32")
    model = get_peft_model(model, LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"))
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.5)
    folder = tmp_path_factory.mktemp("adapter")
    model.save_pretrained(folder)
    return folder


@pytest.fixture
def copy(adapter_folder, tmp_path):
    return shutil.copytree(adapter_folder, tmp_path / "adapter")


def logits(model):
    import torch

    with torch.no_grad():
        return model(input_ids=torch.arange(3, 19)[None]).logits


def test_the_attached_adapter_changes_the_logits(tiny_folder, adapter_folder):
    base = load_model(tiny_folder, device="cpu", precision="fp32")
    before = logits(base)
    tuned = load_tuned(Loading(tiny_folder, "cpu", "fp32"), adapter_folder)
    assert not tuned.training
    assert (logits(tuned) - before).abs().max() > 0.01


def test_the_configuration_is_canonical(copy, tiny_folder):
    canonical_adapter_config(copy, "tiny@1")
    text = (copy / "adapter_config.json").read_text()
    config = json.loads(text)
    assert config["base_model_name_or_path"] == "tiny@1"
    assert config["target_modules"] == sorted(config["target_modules"])
    assert list(config) == sorted(config)
    assert not any(
        str(tiny_folder) in path.read_text() for path in copy.iterdir() if path.suffix != ".safetensors"
    )
    shuffled = {key: config[key] for key in reversed(config)}
    shuffled["target_modules"] = config["target_modules"][::-1]
    (copy / "adapter_config.json").write_text(json.dumps(shuffled))
    canonical_adapter_config(copy, "tiny@1")
    assert (copy / "adapter_config.json").read_text() == text


def test_a_canonical_adapter_still_loads(copy, tiny_folder, adapter_folder):
    canonical_adapter_config(copy, "tiny@1")
    one = logits(load_tuned(Loading(tiny_folder, "cpu", "fp32"), copy))
    other = logits(load_tuned(Loading(tiny_folder, "cpu", "fp32"), adapter_folder))
    assert (one == other).all()


@pytest.mark.parametrize("change", ["drop", "rename"])
def test_weights_that_find_no_place_are_an_error(copy, tiny_folder, change):
    from safetensors.torch import load_file, save_file

    path = copy / "adapter_model.safetensors"
    weights = load_file(path)
    name = sorted(weights)[0]
    value = weights.pop(name)
    if change == "rename":
        weights[name.replace("layers.0", "layers.7")] = value
    save_file(weights, path)
    with pytest.raises(ModelError, match="does not fit the base model"):
        attach_adapter(load_model(tiny_folder, device="cpu", precision="fp32"), copy)


def test_another_shape_is_an_error(copy, tiny_folder):
    path = copy / "adapter_config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps({**config, "r": 8}))
    with pytest.raises(ModelError, match="does not fit the base model"):
        attach_adapter(load_model(tiny_folder, device="cpu", precision="fp32"), copy)


def test_damaged_weights_are_named(copy, tiny_folder):
    (copy / "adapter_model.safetensors").write_bytes(b"no weights")
    with pytest.raises(ModelError, match="damaged"):
        attach_adapter(load_model(tiny_folder, device="cpu", precision="fp32"), copy)


def test_a_pickle_is_refused(copy):
    (copy / "adapter_model.safetensors").rename(copy / "adapter_model.bin")
    with pytest.raises(ModelError, match="pickle, which is never loaded"):
        read_adapter(copy)


def test_another_kind_of_adapter_is_refused(copy):
    path = copy / "adapter_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "peft_type": "IA3"}))
    with pytest.raises(ModelError, match="only LORA"):
        read_adapter(copy)
