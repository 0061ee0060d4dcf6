"""Drawn tokens: as often as they are probable, by the row's own seed, the same in any batch."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import torch
from made_up import make_rows

from tunewright.config.schema.evaluation import Evaluation
from tunewright.evaluation.engines import in_process
from tunewright.evaluation.engines.in_process import TransformersEngine
from tunewright.evaluation.generate import Generated, generate
from tunewright.evaluation.sampling import chooser, drawn, likeliest, row_seed, uniform

ROWS = make_rows(11)
WARM = Evaluation(max_new_tokens=6, batch_size=4, temperature=1.0)


def run(model: Any, tokenizer: Any, folder: Path, settings: Evaluation = WARM) -> Generated:
    folder.mkdir(exist_ok=True)
    prompts = [row.prompt for row in ROWS]
    engine = TransformersEngine(model, tokenizer, settings)
    return generate(engine, ROWS, prompts, contestant="tuned", folder=folder)


def answers(made: Generated) -> list[str]:
    return [one.answer for one in made.predictions]


@pytest.mark.parametrize(("temperature", "top_p"), [(1.0, 1.0), (0.5, 1.0), (2.0, 0.8)])
def test_tokens_are_drawn_as_often_as_they_are_probable(temperature: float, top_p: float) -> None:
    logits = torch.tensor([1.0, -1.0, 2.0, 0.5, -3.0])
    chances = (logits.double() / temperature).softmax(-1)
    order = chances.argsort(descending=True).tolist()
    kept: list[int] = []
    for token in order:  # by the definition: the smallest set that reaches top_p
        if sum(float(chances[one]) for one in kept) >= top_p:
            break
        kept.append(token)
    expected = torch.tensor([float(chances[token]) if token in kept else 0.0 for token in range(5)])
    expected /= expected.sum()
    draws = [(number + 0.5) / 20_000 for number in range(20_000)]
    found = drawn(logits.expand(len(draws), -1), draws, temperature, top_p)
    assert torch.bincount(found, minlength=5) / len(draws) == pytest.approx(expected, abs=1e-4)


def test_a_draw_at_either_end_is_a_token_that_can_be_drawn() -> None:
    logits = torch.tensor([[-1e9, 0.0, 0.0, -1e9]])
    assert drawn(logits, [0.0], 1.0, 1.0).tolist() == [1]
    assert drawn(logits, [1 - 2**-48], 1.0, 1.0).tolist() == [2]


def test_draws_are_spread_and_belong_to_seed_row_and_place() -> None:
    found = [uniform(0, f"r{row}", step) for row in range(100) for step in range(100)]
    assert 0 <= min(found) < 0.01
    assert 0.99 < max(found) < 1
    assert sum(found) / len(found) == pytest.approx(0.5, abs=0.01)
    assert len({uniform(0, "a", 0), uniform(1, "a", 0), uniform(0, "b", 0), uniform(0, "a", 1)}) == 4
    assert uniform(0, "a", 0) == 0.3554140677948183, "the same on every machine"
    assert len({row_seed(0, "a"), row_seed(1, "a"), row_seed(0, "b")}) == 3
    assert 0 <= row_seed(0, "a") < 2**31


def test_at_temperature_0_the_likeliest_is_taken() -> None:
    assert chooser(Evaluation(), ["a"]) is likeliest


def test_the_same_seed_gives_the_same_answers_and_another_one_others(
    model: Any, tokenizer: Any, tmp_path: Path
) -> None:
    first = answers(run(model, tokenizer, tmp_path / "a"))
    assert answers(run(model, tokenizer, tmp_path / "b")) == first
    other = WARM.model_copy(update={"seed": 1})
    assert answers(run(model, tokenizer, tmp_path / "c", other)) != first
    greedy = WARM.model_copy(update={"temperature": 0.0})
    assert answers(run(model, tokenizer, tmp_path / "d", greedy)) != first


def test_answers_do_not_depend_on_the_batch_nor_on_the_order_of_rows(
    model: Any, tokenizer: Any, tmp_path: Path
) -> None:
    first = {one.id: one.answer for one in run(model, tokenizer, tmp_path / "a").predictions}
    alone = WARM.model_copy(update={"batch_size": 1})
    assert {one.id: one.answer for one in run(model, tokenizer, tmp_path / "b", alone).predictions} == first
    turned = ROWS[:]
    random.Random(1).shuffle(turned)
    (tmp_path / "c").mkdir()
    made = generate(
        TransformersEngine(model, tokenizer, WARM),
        turned,
        [row.prompt for row in turned],
        contestant="tuned",
        folder=tmp_path / "c",
    )
    assert {one.id: one.answer for one in made.predictions} == first


def test_a_killed_run_draws_what_an_undisturbed_one_draws(
    model: Any, tokenizer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = run(model, tokenizer, tmp_path / "whole").predictions
    decode, calls = in_process.decode, []

    def killed(*arguments: Any, **keywords: Any) -> list[list[int]]:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return decode(*arguments, **keywords)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(in_process, "decode", killed)
        run(model, tokenizer, tmp_path / "killed")
    assert run(model, tokenizer, tmp_path / "killed").predictions == undisturbed


def test_where_memory_runs_out_each_row_keeps_its_draws(
    model: Any, tokenizer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run(model, tokenizer, tmp_path / "whole").predictions
    decode = in_process.decode

    def tight(model: Any, prompts: Any, *arguments: Any, **keywords: Any) -> list[list[int]]:
        if len(prompts) > 1:
            raise MemoryError
        return decode(model, prompts, *arguments, **keywords)

    monkeypatch.setattr(in_process, "decode", tight)
    assert run(model, tokenizer, tmp_path / "halves").predictions == whole
