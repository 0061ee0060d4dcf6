"""The recipe is the same however it is carried out."""

from __future__ import annotations

import math

import pytest

from tunewright.training.batching import Collator, MicroBatches, Recipe, TrainingRows, share, validation_steps
from tunewright.training.encode import IGNORED, EncodedRow


def make_recipe(
    rows: int = 21, size: int = 8, *, epochs: float = 2, max_steps: int = -1, seed: int = 3
) -> Recipe:
    return Recipe(tuple(5 + (number * 7) % 11 for number in range(rows)), size, epochs, max_steps, seed)


def test_every_epoch_holds_every_row_once_in_an_order_of_its_own() -> None:
    recipe = make_recipe()
    epochs = [recipe.batches(epoch) for epoch in range(2)]
    for batches in epochs:
        assert [len(batch) for batch in batches] == [8, 8, 5]
        assert sorted(row for batch in batches for row in batch) == list(range(21))
    assert epochs[0] != epochs[1]
    assert epochs[0] == make_recipe().batches(0)
    assert epochs[0] != make_recipe(seed=4).batches(0)


def test_batches_as_a_whole_are_not_sorted_by_length() -> None:
    recipe = make_recipe(rows=200)
    totals = [sum(recipe.lengths[row] for row in batch) for batch in recipe.batches(0)]
    assert totals != sorted(totals)
    first = recipe.batches(0)[0]
    assert [recipe.lengths[row] for row in first] == sorted(recipe.lengths[row] for row in first)


@pytest.mark.parametrize(("devices", "micro"), [(1, 8), (1, 4), (1, 1), (2, 4), (2, 2), (4, 2), (8, 1)])
@pytest.mark.parametrize("rows", [16, 17, 21, 23, 5])
def test_passes_of_all_devices_make_up_the_global_batches(rows: int, devices: int, micro: int) -> None:
    recipe = make_recipe(rows=rows)
    samplers = [
        MicroBatches(recipe, micro_batch_size=micro, rank=rank, devices=devices) for rank in range(devices)
    ]
    passes = [list(sampler) for sampler in samplers]
    accumulation = 8 // (devices * micro)
    for sampler, own in zip(samplers, passes, strict=True):
        assert len(sampler) == len(own)
        assert [len(rows) for rows in own] == [len(rows) for rows in passes[0]], "devices keep in step"
    for number, batch in enumerate(recipe.batches(0)):
        chunk = slice(number * accumulation, (number + 1) * accumulation)
        seen = [row for own in passes for rows_of_pass in own[chunk] for row in rows_of_pass]
        assert sorted(row for row in seen if row != rows) == sorted(batch)


def test_an_epoch_can_be_chosen() -> None:
    sampler = MicroBatches(make_recipe(), micro_batch_size=8)
    first = list(sampler)
    sampler.set_epoch(1)
    assert list(sampler) != first


def test_a_device_without_rows_left_gets_padding() -> None:
    assert [share([4, 5, 6], rank=rank, devices=2, padding=9) for rank in (0, 1)] == [[4, 6], [5, 9]]


def test_the_row_of_padding_trains_nothing() -> None:
    rows = TrainingRows([EncodedRow("a", (1, 2, 3), (IGNORED, 2, 3))])
    assert len(rows) == 1
    assert rows[1].trained_tokens == 0


@pytest.mark.parametrize(
    ("epochs", "max_steps", "steps"), [(2, -1, 6), (1.5, -1, 5), (2, 4, 4), (0.1, -1, 1), (1, 99, 3)]
)
def test_steps_of_a_run(epochs: float, max_steps: int, steps: int) -> None:
    recipe = make_recipe(epochs=epochs, max_steps=max_steps)
    assert recipe.steps == steps
    assert len(recipe.tokens_by_step()) == steps
    if steps == 6:
        assert sum(recipe.tokens_by_step()) == 2 * sum(recipe.lengths)


def test_validation_comes_evenly_and_after_the_last_step() -> None:
    recipe = make_recipe(rows=160, epochs=2.5)  # 20 steps an epoch
    assert validation_steps(recipe, 1) == [20, 40, 50]
    assert validation_steps(recipe, 4) == [5, 10, 15, 20, 25, 30, 35, 40, 45, 50]
    assert validation_steps(make_recipe(rows=8, epochs=2), 5) == [1, 2]
    assert max(validation_steps(recipe, 7)) == recipe.steps == math.ceil(2.5 * 20)


def test_rows_are_padded_on_the_right() -> None:
    rows = [EncodedRow("a", (5, 6, 7), (IGNORED, 6, 7)), EncodedRow("b", (8, 9), (IGNORED, 9))]
    batch = Collator(pad_token_id=0)(rows)
    assert batch["input_ids"].tolist() == [[5, 6, 7], [8, 9, 0]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1], [1, 1, 0]]
    assert batch["labels"].tolist() == [[IGNORED, 6, 7], [IGNORED, 9, IGNORED]]
