"""How fast answers are generated: batched with a shared prefix, against one prompt at a time.

    python benchmarks/generation.py [--model FOLDER] [--rows 32] [--new-tokens 32] [--precision fp32]

The naive loop is what a first script does: transformers' `generate` on one prompt after the other, with its
cache, greedy, the same tokens to stop at. Both answer the same made-up tickets under the same instructions.
Says whether the answers are the same; at fp32 they should be, at bf16 rounding may part them.

FOLDER is a model with a chat template; without it the tiny model of the tests is made, which shows overheads
and no real speed. With `--batch-size` the sizes to try.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tunewright.config.schema.evaluation import Evaluation
from tunewright.data.rows import Message, Row
from tunewright.evaluation.engines.in_process import TransformersEngine
from tunewright.evaluation.generate import generate
from tunewright.models import tiny
from tunewright.models.chat import encode_prompt, end_of_turn_ids
from tunewright.models.load import load_model, load_tokenizer

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

HEAD = "| way | tokens/s | times | same answers |\n|---|---|---|---|"
INSTRUCTIONS = (
    "You sort the tickets of a shop for kitchen appliances. Answer with one JSON object that has the keys "
    "category, priority, product, order_number and needs_human, and with nothing else. Use null for what the "
    "ticket does not say. Smoke, fire and injuries are urgent and need a human."
)
WORDS = (
    "kettle",
    "order",
    "late",
    "broken",
    "refund",
    "blender",
    "parcel",
    "wrong",
    "lid",
    "smoke",
    "please",
)


def tickets(count: int) -> list[Row]:
    """Made-up tickets of 5 to 60 words."""
    drawn = random.Random(0)  # noqa: S311 - made-up texts
    return [
        Row(
            f"t{number}",
            (
                Message("system", INSTRUCTIONS),
                Message("user", " ".join(drawn.choices(WORDS, k=drawn.randint(5, 60)))),
                Message("assistant", "{}"),
            ),
            f"t{number}",
            "made up",
        )
        for number in range(count)
    ]


def one_at_a_time(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: list[Row], new_tokens: int
) -> tuple[list[str], int]:
    """The answers of transformers' own loop, and how many tokens they have."""
    import torch

    answers, count = [], 0
    for row in rows:
        ids = torch.tensor([encode_prompt(tokenizer, row.prompt)], device=model.device)
        with torch.inference_mode():
            made = model.generate(
                ids,
                attention_mask=torch.ones_like(ids),
                do_sample=False,
                max_new_tokens=new_tokens,
                eos_token_id=list(end_of_turn_ids(tokenizer)),
                pad_token_id=tokenizer.pad_token_id,
            )[0, ids.shape[1] :]
        count += len(made)
        answers.append(tokenizer.decode(made, skip_special_tokens=True))
    return answers, count


def main() -> None:
    """Print a line a way."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path)
    parser.add_argument("--rows", type=int, default=32)
    parser.add_argument("--new-tokens", type=int, default=32)
    parser.add_argument("--precision", choices=("bf16", "fp16", "fp32"), default="fp32")
    parser.add_argument("--batch-size", nargs="*", default=["16"])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = asked.model or Path(made) / "tiny"
        if asked.model is None:
            folder.mkdir()
            tiny.build(folder)
        tokenizer = load_tokenizer(folder)
        model = load_model(folder, device="cpu", precision=asked.precision)
        rows = tickets(asked.rows)
        one_at_a_time(model, tokenizer, rows[:1], 4)  # what is loaded and compiled once

        started = time.perf_counter()
        naive, tokens = one_at_a_time(model, tokenizer, rows, asked.new_tokens)
        alone = tokens / (time.perf_counter() - started)
        print(f"{HEAD}\n| one at a time | {alone:.0f} | 1 | |", flush=True)
        for number, size in enumerate(asked.batch_size):
            settings = Evaluation(
                max_new_tokens=asked.new_tokens, batch_size="auto" if size == "auto" else int(size)
            )
            scratch = Path(made) / str(number)
            scratch.mkdir()
            started = time.perf_counter()
            found = generate(
                TransformersEngine(model, tokenizer, settings),
                rows,
                [row.prompt for row in rows],
                contestant="zero_shot",
                folder=scratch,
            )
            speed = found.new_tokens / (time.perf_counter() - started)
            same = sum(one.answer == other for one, other in zip(found.predictions, naive, strict=True))
            times = speed / alone
            way = f"batches of {found.batch_size}"
            print(f"| {way} | {speed:.0f} | {times:.1f} | {same} of {len(rows)} |", flush=True)


if __name__ == "__main__":
    main()
