"""`batch_size: auto`: as many rows as fit, by sizes that stay the same; kept for the run that goes on."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from made_up import make_rows

from tunewright.config.schema.evaluation import Evaluation
from tunewright.evaluation import batch_size
from tunewright.evaluation.batch_size import MOST_ELSEWHERE, row_bytes, rows_that_fit, settled
from tunewright.evaluation.engines.in_process import TransformersEngine
from tunewright.evaluation.generate import generate
from tunewright.models.chat import encode_prompt

ROWS = make_rows(11)


def memory_for(model: Any, rows: float, longest: int, logits: int = 1) -> int:
    """Bytes of a device on which that many rows fit beside the model."""
    needed = model.get_memory_footprint() + rows * row_bytes(model, longest, logits)
    return int(needed / batch_size.USABLE_SHARE) + 1


@pytest.mark.parametrize(
    ("room", "rows"), [(0.2, 1), (1, 1), (2, 2), (7.9, 4), (8, 8), (1000, MOST_ELSEWHERE)]
)
def test_it_is_the_greatest_power_of_two_that_fits(
    model: Any, monkeypatch: pytest.MonkeyPatch, room: float, rows: int
) -> None:
    monkeypatch.setattr(batch_size, "memory_bytes", lambda: memory_for(model, room, 500))
    assert rows_that_fit(model, 500) == rows
    monkeypatch.setattr(batch_size, "memory_bytes", lambda: memory_for(model, room, 1))
    assert model.get_memory_footprint() > 4 * row_bytes(model, 1, 1)
    assert rows_that_fit(model, 1) == rows, "the model itself takes its share"


def test_a_row_takes_what_its_keys_values_and_logits_take(model: Any) -> None:
    config = model.config
    head = config.head_dim or config.hidden_size // config.num_attention_heads
    cache = 2 * config.num_hidden_layers * config.num_key_value_heads * head * 4 * 1000
    wide = 4 * 1000 * (4 * config.hidden_size + 3 * config.intermediate_size)
    scores = 4 * 1000**2 * config.num_attention_heads
    assert row_bytes(model, 1000, 1) == 2 * cache + wide + scores + 8 * config.vocab_size
    assert row_bytes(model, 1000, 1000) - row_bytes(model, 1000, 1) == 999 * config.vocab_size * 8
    assert row_bytes(model, 2000, 1) > 2 * row_bytes(model, 1000, 1)


def test_what_was_found_stays_though_the_machine_changes(tmp_path: Path) -> None:
    kept = tmp_path / "tuned.batch_size.json"
    assert settled(16, kept, pytest.fail) == 16
    assert not kept.exists()
    assert settled("auto", kept, lambda: 8) == 8
    assert settled("auto", kept, lambda: 2) == 8


def test_auto_answers_as_the_number_that_it_finds(
    model: Any, tokenizer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {}
    for size in ("auto", 4):
        settings = Evaluation(max_new_tokens=5, batch_size=size)
        engine = TransformersEngine(model, tokenizer, settings)
        longest = max(len(encode_prompt(tokenizer, row.prompt)) for row in ROWS) + 5
        monkeypatch.setattr(batch_size, "memory_bytes", partial(memory_for, model, 6, longest))
        folder = tmp_path / str(size)
        folder.mkdir()
        made[size] = generate(engine, ROWS, [row.prompt for row in ROWS], contestant="tuned", folder=folder)
    assert made["auto"] == made[4]
    assert made["auto"].batch_size == 4
    journals = [(tmp_path / str(size) / "tuned.jsonl").read_text() for size in made]
    assert journals[0] == journals[1]
