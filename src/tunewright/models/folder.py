"""What a model's folder must hold, and which of its files are taken: never a pickle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tunewright.errors import ModelError

PATTERNS = ("*.safetensors", "*.json", "*.jinja", "*.model", "*.tiktoken", "*.txt")
CODE = "*.py"
# Mistral's repositories hold the weights twice; the second time in a format transformers does not read.
IGNORED = ("consolidated*",)

TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt")
INDEX = "model.safetensors.index.json"


def model_files(folder: Path, *, with_code: bool) -> list[Path]:
    """The files of a folder that belong to the model, sorted by name; subfolders are left out."""
    patterns = (*PATTERNS, CODE) if with_code else PATTERNS
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_file()
        and any(path.match(pattern) for pattern in patterns)
        and not any(path.match(pattern) for pattern in IGNORED)
    )


def check_folder(folder: Path, name: str) -> None:
    """Check that a folder holds an instruct model in safetensors.

    Args:
        folder: to look into.
        name: of the model, for the messages.

    Raises:
        ModelError: configuration, tokenizer, weights or chat template are missing.
    """
    names = {path.name for path in folder.iterdir()}
    if "config.json" not in names:
        raise ModelError(
            "is no transformers model: config.json is missing",
            where=name,
            fix="save it with save_pretrained, or choose another model",
        )
    if not any(file in TOKENIZERS or file.endswith(".tiktoken") for file in names):
        raise ModelError(
            f"has no tokenizer ({', '.join(TOKENIZERS)})",
            where=name,
            fix="save the tokenizer into the same folder with tokenizer.save_pretrained",
        )
    _check_weights(folder, name, names)
    _check_chat_template(folder, name, names)


def no_chat_template(name: str) -> ModelError:
    """The error for a base model that was never taught to converse."""
    return ModelError(
        "has no chat template; base models without one are not supported yet",
        where=name,
        fix="choose the instruct version of the model (`tunewright options` lists models)",
    )


def _check_weights(folder: Path, name: str, names: set[str]) -> None:
    if not any(Path(file).match("*.safetensors") and not file.startswith("consolidated") for file in names):
        raise ModelError(
            "holds no weights as safetensors; pickles (*.bin, *.pt) can run code and are never loaded",
            where=name,
            fix="convert it once where you trust it, with save_pretrained(..., safe_serialization=True), "
            "or choose another model",
        )
    if INDEX in names:
        shards = set(_read(folder / INDEX, name).get("weight_map", {}).values())
        missing = sorted(shards - names)
        if missing:
            raise ModelError(
                f"lacks {len(missing)} of {len(shards)} weight files, {missing[0]} among them",
                where=name,
                fix="fetch or copy the model again",
            )


def _check_chat_template(folder: Path, name: str, names: set[str]) -> None:
    if "chat_template.jinja" in names:
        return
    if "tokenizer_config.json" in names and _read(folder / "tokenizer_config.json", name).get(
        "chat_template"
    ):
        return
    raise no_chat_template(name)


def _read(path: Path, name: str) -> dict[str, Any]:
    try:
        value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelError(
            f"{path.name} is damaged: {error}", where=name, fix="fetch the model again"
        ) from error
    return value
