"""LoRA adapters on disk: check, attach, and write their configuration the same way every time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tunewright.artifacts import read_json, write_json
from tunewright.errors import ModelError
from tunewright.models.quiet import quiet_known_messages

if TYPE_CHECKING:
    from transformers import PreTrainedModel

ADAPTER_CONFIG = "adapter_config.json"
ADAPTER_WEIGHTS = "adapter_model.safetensors"


def attach_adapter(model: PreTrainedModel, adapter_folder: Path) -> PreTrainedModel:
    """Attach a saved adapter with plain peft, in eval mode.

    Raises:
        ModelError: what `read_adapter` raises, or the adapter's weights do not fit the model one to
            one (peft alone ignores those that fit nowhere, and leaves absent ones without effect).
    """
    read_adapter(adapter_folder)
    quiet_known_messages()
    from peft import PeftModel, get_peft_model_state_dict
    from safetensors import SafetensorError, safe_open

    path = adapter_folder / ADAPTER_WEIGHTS
    try:
        with safe_open(path, framework="pt") as file:
            saved = {name for name in file.keys() if "lora_" in name}  # noqa: SIM118 - not a mapping
        tuned = PeftModel.from_pretrained(model, str(adapter_folder), is_trainable=False)
    except SafetensorError as error:
        raise ModelError(f"damaged: {error}", where=str(path), fix="dvc repro train") from error
    except (RuntimeError, ValueError) as error:
        raise _misfit(adapter_folder, " ".join(str(error).split())[:300]) from error
    expected = {
        name for name in get_peft_model_state_dict(tuned, save_embedding_layers=False) if "lora_" in name
    }
    if saved != expected:
        odd = sorted(saved ^ expected)
        raise _misfit(adapter_folder, f"{len(odd)} of its weights have no counterpart, {odd[0]} among them")
    tuned.eval()
    return tuned


def read_adapter(folder: Path) -> dict[str, Any]:
    """Check an adapter's files without loading weights, and return its configuration.

    Raises:
        ModelError: not a LoRA adapter, no safetensors, or a pickle in their place.
    """
    config: dict[str, Any] = read_json(folder / ADAPTER_CONFIG)
    if config.get("peft_type") != "LORA":
        raise ModelError(
            f"peft_type is {config.get('peft_type')!r}; only LORA adapters are supported",
            where=str(folder / ADAPTER_CONFIG),
        )
    if not (folder / ADAPTER_WEIGHTS).is_file():
        pickled = (folder / "adapter_model.bin").exists()
        raise ModelError(
            f"has no {ADAPTER_WEIGHTS}" + (" but a pickle, which is never loaded" if pickled else ""),
            where=str(folder),
            fix="save it again with safe_serialization=True" if pickled else "dvc repro train",
        )
    return config


def canonical_adapter_config(folder: Path, base_name: str) -> None:
    """Rewrite what peft saved so that equal adapters have equal files and no local path.

    peft writes sets in random order and the folder that the base model was loaded from, which also
    stands in its README.md: that is removed, since the model card takes its place.

    Args:
        folder: where `save_pretrained` wrote the adapter.
        base_name: public name of the base model.
    """
    path = folder / ADAPTER_CONFIG
    config = json.loads(path.read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = base_name
    for key in ("target_modules", "exclude_modules", "modules_to_save"):
        if isinstance(config.get(key), list):
            config[key] = sorted(config[key])
    write_json(path, config)
    (folder / "README.md").unlink(missing_ok=True)


def _misfit(folder: Path, reason: str) -> ModelError:
    return ModelError(
        f"the adapter does not fit the base model: {reason}",
        where=str(folder),
        fix="it was trained on another model: dvc repro train",
    )
