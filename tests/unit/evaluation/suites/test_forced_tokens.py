"""Forced tokens: the same numbers as one plain pass a text, and runs that greedy decoding confirms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tunewright.config.schema.evaluation import Evaluation
from tunewright.data.rows import Message
from tunewright.evaluation.decoding import Prefix, decode, shared_prefix
from tunewright.evaluation.suites import ask as asking
from tunewright.evaluation.suites.ask import ask
from tunewright.evaluation.suites.forced import longest_runs, option_likelihoods
from tunewright.evaluation.suites.question import Question

PROMPTS = [[1, 5, 9, 30, 31], [1, 5, 9, 40], [1, 5, 9, 50, 51, 52, 53, 54]]
OPTIONS = [[[7], [8, 9, 10]], [[11, 12]], [[13, 14, 15, 16], [17], [18, 19]]]


def plain(model: Any, prompt: list[int], option: list[int]) -> float:
    import torch

    with torch.inference_mode():
        logits = model(input_ids=torch.tensor([[*prompt, *option]])).logits[0].log_softmax(-1)
    return sum(float(logits[len(prompt) - 1 + place, token]) for place, token in enumerate(option))


def test_likelihoods_are_those_of_a_plain_pass(model: Any) -> None:
    expected = [
        [plain(model, prompt, option) for option in own] for prompt, own in zip(PROMPTS, OPTIONS, strict=True)
    ]
    shared = shared_prefix(model, PROMPTS)
    assert shared.ids == [1, 5, 9]
    for prefix in (shared, shared_prefix(model, [[2], [3]])):
        found = option_likelihoods(model, PROMPTS, OPTIONS, prefix)
        assert [*map(len, found)] == [2, 1, 3]
        for mine, right in zip(found, expected, strict=True):
            assert mine == pytest.approx(right, abs=1e-3)


def test_likelihoods_without_a_plain_cache(model: Any) -> None:
    class Layerless:
        layers = ()

    found = option_likelihoods(model, PROMPTS, OPTIONS, Prefix([], Layerless()))  # type: ignore[arg-type]
    assert found[2] == pytest.approx([plain(model, PROMPTS[2], option) for option in OPTIONS[2]], abs=1e-3)


def test_a_run_is_what_greedy_decoding_would_repeat(model: Any) -> None:
    beginning = [1, 5, 9, 30, 31]
    prefix = shared_prefix(model, [beginning, [2, 3]])
    (repeated,) = decode(model, [beginning], prefix, stop_ids=(), max_new_tokens=6)
    wrong = (repeated[-1] + 1) % 512
    text = [*beginning, *repeated[:-1], wrong]
    other = [1, 77, 78]
    runs = longest_runs(model, [text, other], shared_prefix(model, [text, other]))
    assert runs[0] >= 5
    assert runs == [longest_runs(model, [one], prefix)[0] for one in (text, other)], "padding counts nowhere"


QUESTIONS = [
    *(
        Question(
            f"c{n}", "", (Message("user", f"Is it {'very ' * n}late?"),), "choose", ("yes", "no, it is not")
        )
        for n in range(9)
    ),
    *(Question(f"r{n}", "", (Message("user", f"Order {n} {'is ' * n}late"),), "recall") for n in range(5)),
    *(Question(f"a{n}", "", (Message("user", f"Say {n}"),)) for n in range(5)),
]


def asked(model: Any, tokenizer: Any, folder: Path) -> Any:
    folder.mkdir(exist_ok=True)
    evaluation = Evaluation(max_new_tokens=4, batch_size=2)
    return ask(model, tokenizer, "s", QUESTIONS, contestant="tuned", evaluation=evaluation, folder=folder)[0]


@pytest.mark.parametrize("at", [2, 3, 4])
def test_a_killed_asking_goes_on_and_gives_the_same(
    model: Any, tokenizer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    undisturbed = asked(model, tokenizer, tmp_path / "one")
    calls = 0

    def killed(name: str) -> Any:
        original = getattr(asking, name)

        def call(*arguments: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == at:
                raise KeyboardInterrupt
            return original(*arguments)

        return call

    for name in ("option_likelihoods", "longest_runs"):
        monkeypatch.setattr(asking, name, killed(name))
    with pytest.raises(KeyboardInterrupt):
        asked(model, tokenizer, tmp_path / "two")
    done = calls - 1
    again = asked(model, tokenizer, tmp_path / "two")
    assert again == undisturbed
    assert calls - at == 3 + 5 - done, "what was finished is not computed again"
