"""The tiny model, taught something for real: what a deliberately bad adapter would have learnt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tunewright.data.rows import Message, Row
from tunewright.models.chat import encode_example
from tunewright.models.load import load_model

STEPS = 150


def pair(question: str, answer: str, *before: Message) -> Row:
    return Row(
        question, (*before, Message("user", question), Message("assistant", answer)), question, "made up"
    )


def taught(
    folder: Path, tokenizer: Any, rows: Sequence[Row], steps: int = STEPS, *, prompts: bool = False
) -> Any:
    """The tiny model after so many steps over all rows at once; `prompts` are learnt too if asked."""
    import torch

    torch.manual_seed(0)
    model = load_model(folder, device="cpu", precision="fp32")
    examples = [encode_example(tokenizer, row) for row in rows]
    width = max(len(example.input_ids) for example in examples)
    ids = torch.zeros(len(examples), width, dtype=torch.long)
    labels = torch.full((len(examples), width), -100)
    for place, example in enumerate(examples):
        length = len(example.input_ids)
        ids[place, :length] = torch.tensor(example.input_ids)
        learnt = [
            token if prompts or mask else -100
            for token, mask in zip(example.input_ids, example.completion_mask, strict=True)
        ]
        labels[place, :length] = torch.tensor(learnt)
    optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
    for _ in range(steps):
        optimizer.zero_grad()
        model(input_ids=ids, labels=labels).loss.backward()
        optimizer.step()
    return model.eval()
