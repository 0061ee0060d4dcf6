"""A project with the tiny model, after fetch and prepare, for the stages that evaluate."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tunewright.artifacts import TEST_ROWS, TRAIN_ROWS
from tunewright.data.rows import Message, Row, write_rows
from tunewright.models.load import load_model
from tunewright.stages import compose, fetch

ROOT = Path(__file__).parents[3]
CHOICES = """\
task: support_triage
data: support_triage
model: tiny
method: lora
hardware: cpu
evaluation: default
tracking: none
"""
ANSWER = {
    "category": "delivery",
    "priority": "normal",
    "product": None,
    "order_number": None,
    "needs_human": False,
}
NAMES = {*ANSWER}


def rows(name: str, count: int) -> list[Row]:
    return [
        Row(
            f"{name}{index}",
            (Message("user", f"{name}: where is parcel {index}?"), Message("assistant", json.dumps(ANSWER))),
            f"{name}{index}",
            "data/raw/tickets.jsonl",
        )
        for index in range(count)
    ]


def make_project(folder: Path, params: str, monkeypatch: pytest.MonkeyPatch, *, test_rows: int) -> Path:
    """Make it the current folder.

    Args:
        folder: may hold files already.
        params: the text of params.yaml.
        test_rows: how many rows the test split has; the training split has five.
    """
    for group in ("task", "data"):
        shutil.copytree(ROOT / "conf" / group, folder / "conf" / group)
    shutil.copy(ROOT / "conf" / "config.yaml", folder / "conf")
    shutil.copy(ROOT / "dvc.yaml", folder)
    (folder / "data" / "raw").mkdir(parents=True, exist_ok=True)
    (folder / "data" / "raw" / "tickets.jsonl").write_text("")
    (folder / "params.yaml").write_text(params)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("TUNEWRIGHT_CACHE", str(folder.parent / "cache"))
    monkeypatch.delenv("DVC_ROOT", raising=False)
    compose.run(folder)
    fetch.run(folder)
    write_rows(folder / TRAIN_ROWS, rows("train", 5))
    write_rows(folder / TEST_ROWS, rows("test", test_rows))
    return folder


def save_adapter(base: Path, folder: Path, *, learnt: bool) -> None:
    """Save a LoRA adapter whose second matrices are zero (as before training) or are not."""
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(0)
    model = get_peft_model(
        load_model(base, device="cpu", precision="fp32"),
        LoraConfig(r=4, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"),
    )
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B" in name and learnt:
                weight.normal_(0, 1)
    model.save_pretrained(folder)
