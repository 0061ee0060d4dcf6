"""Generation: right, the same each time, resumable, and refusing what does not fit."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from made_up import make_rows

from tunewright.config.schema.evaluation import Evaluation, FewShot
from tunewright.data.rows import Message
from tunewright.errors import EvaluationError
from tunewright.evaluation import decoding, generate
from tunewright.evaluation.decoding import decode, shared_prefix
from tunewright.evaluation.engines import in_process
from tunewright.evaluation.engines.engine import Request
from tunewright.evaluation.engines.in_process import TransformersEngine
from tunewright.evaluation.few_shot import choose_examples, few_shot_prompt
from tunewright.evaluation.journal import Journal
from tunewright.evaluation.predictions import Prediction
from tunewright.models.chat import encode_prompt, end_of_turn_ids

SETTINGS = Evaluation(max_new_tokens=6, batch_size=4)
ROWS = make_rows(11)
PROMPTS = [row.prompt for row in ROWS]


def run(model: Any, tokenizer: Any, folder: Path, settings: Evaluation = SETTINGS) -> generate.Generated:
    engine = TransformersEngine(model, tokenizer, settings)
    return generate.generate(engine, ROWS, PROMPTS, contestant="zero_shot", folder=folder)


def naive(model: Any, ids: list[int], count: int) -> list[int]:
    """One prompt at a time, without cache, padding or stop: slow and obviously right."""
    new: list[int] = []
    while len(new) < count:
        with torch.inference_mode():
            new.append(int(model(input_ids=torch.tensor([[*ids, *new]])).logits[0, -1].argmax()))
    return new


def cut(tokens: list[int], stop: int) -> list[int]:
    """The tokens up to and including the first stop."""
    return tokens[: tokens.index(stop) + 1] if stop in tokens else tokens


@dataclass(frozen=True)
class Expected:
    """What the slow way gives: token ids of the prompts, 12 new tokens each, and a token to stop at.

    Answers contain the stop at different places, and some do not.
    """

    encoded: list[list[int]]
    answers: list[list[int]]
    stop: int


@pytest.fixture(scope="module")
def expected(model: Any, tokenizer: Any) -> Expected:
    encoded = [encode_prompt(tokenizer, prompt) for prompt in PROMPTS]
    answers = [naive(model, ids, 12) for ids in encoded]
    places = {
        token: {answer.index(token) for answer in answers if token in answer}
        for token in sorted({token for answer in answers for token in answer})
        if any(token not in answer for answer in answers)
    }
    stop = max(places, key=lambda token: len(places[token]))
    assert len(places[stop]) > 1
    return Expected(encoded, answers, stop)


@pytest.mark.parametrize("plain", [True, False])
def test_batched_decoding_equals_one_prompt_at_a_time(
    model: Any, expected: Expected, monkeypatch: pytest.MonkeyPatch, plain: bool
) -> None:
    if not plain:  # as with a model whose cache is none that rows could leave
        monkeypatch.setattr(decoding, "is_plain", lambda cache: False)
    prefix = shared_prefix(model, expected.encoded)
    assert (len(prefix.ids) > 10) is plain
    decoded = decode(model, expected.encoded, prefix, stop_ids={expected.stop}, max_new_tokens=12)
    assert decoded == [cut(answer, expected.stop) for answer in expected.answers]


def test_prompts_with_examples_of_their_own_share_less_and_are_answered_right(
    model: Any, tokenizer: Any
) -> None:
    train = make_rows(20, "train")
    examples = choose_examples(train, ROWS[:4], FewShot(k=2, by="nearest"))
    assert len({tuple(row.id for row in own) for own in examples}) > 1
    prompts = [few_shot_prompt(row, own) for row, own in zip(ROWS[:4], examples, strict=True)]
    encoded = [encode_prompt(tokenizer, prompt) for prompt in prompts]
    prefix = shared_prefix(model, encoded)
    assert 0 < len(prefix.ids) < len(encode_prompt(tokenizer, ROWS[0].prompt))
    decoded = decode(model, encoded, prefix, stop_ids=set(), max_new_tokens=5)
    assert decoded == [naive(model, ids, 5) for ids in encoded]


def test_a_sliding_window_shares_nothing_and_answers_the_same() -> None:
    from transformers import MistralConfig, MistralForCausalLM

    torch.manual_seed(0)
    config = MistralConfig(
        vocab_size=64, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, sliding_window=6, initializer_range=0.3, dtype="float32",
    )  # fmt: skip
    windowed = MistralForCausalLM(config).eval()
    prompts = [[*range(3, 15), 20 + row, *range(row)] for row in range(4)]
    prefix = shared_prefix(windowed, prompts)
    assert prefix.ids == []
    decoded = decode(windowed, prompts, prefix, stop_ids=set(), max_new_tokens=8)
    assert decoded == [naive(windowed, ids, 8) for ids in prompts]


def test_rows_that_ended_leave_the_batch(
    model: Any, expected: Expected, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    forward = model.forward

    def counted(*arguments: Any, **keywords: Any) -> Any:
        sizes.append(len(keywords["input_ids"]))
        return forward(*arguments, **keywords)

    prefix = shared_prefix(model, expected.encoded)
    monkeypatch.setattr(model, "forward", counted)
    decode(model, expected.encoded, prefix, stop_ids={expected.stop}, max_new_tokens=12)
    lengths = [len(cut(answer, expected.stop)) for answer in expected.answers]
    assert sizes == [sum(length > step for length in lengths) for step in range(max(lengths))]


def test_identical_prompts_keep_a_token_of_their_own(model: Any) -> None:
    prefix = shared_prefix(model, [[5, 6, 7], [5, 6, 7]])
    assert prefix.ids == [5, 6]
    answers = decode(model, [[5, 6, 7]] * 2, prefix, stop_ids=set(), max_new_tokens=3)
    assert answers == [naive(model, [5, 6, 7], 3)] * 2


def test_a_batch_reads_the_prefix_and_leaves_it_alone(model: Any) -> None:
    prompts = [[5, 6, 7, 8], [5, 6, 9]]
    prefix = shared_prefix(model, prompts)
    first = decode(model, prompts, prefix, stop_ids=set(), max_new_tokens=3)
    assert decode(model, prompts, prefix, stop_ids=set(), max_new_tokens=3) == first
    assert prefix.cache.get_seq_length() == 2


def test_predictions_say_what_was_asked_and_answered(
    model: Any, tokenizer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected: Expected
) -> None:
    monkeypatch.setattr(in_process, "end_of_turn_ids", lambda tokenizer: (expected.stop,))
    made = run(model, tokenizer, tmp_path, SETTINGS.model_copy(update={"max_new_tokens": 12}))
    answers = [cut(answer, expected.stop) for answer in expected.answers]
    assert made.predictions == [
        Prediction(
            id=row.id,
            contestant="zero_shot",
            prompt=row.messages[1].content,
            reference=row.reference,
            answer=tokenizer.decode(answer, skip_special_tokens=True),
            prompt_tokens=len(ids),
            answer_tokens=len(answer),
            finished=answer[-1] == expected.stop,
            meta={"language": "en"},
        )
        for row, ids, answer in zip(ROWS, expected.encoded, answers, strict=True)
    ]
    assert {prediction.finished for prediction in made.predictions} == {True, False}
    assert made.new_tokens == sum(map(len, answers))


def test_the_models_own_end_of_turn_ends_an_answer(
    model: Any, tokenizer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = end_of_turn_ids(tokenizer)[0]
    monkeypatch.setattr(model.lm_head, "forward", lambda hidden: one_hot(hidden, end))
    made = run(model, tokenizer, tmp_path)
    assert {(p.answer, p.answer_tokens, p.finished) for p in made.predictions} == {("", 1, True)}


def one_hot(hidden: torch.Tensor, token: int) -> torch.Tensor:
    return torch.eye(512)[token].expand(*hidden.shape[:2], 512)


@pytest.mark.parametrize("done", [1, 2])
@pytest.mark.parametrize("torn", ["", "[[1, 2], [3"])
def test_a_killed_run_goes_on_and_gives_the_same(
    model: Any, tokenizer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, done: int, torn: str
) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "killed").mkdir()
    undisturbed = run(model, tokenizer, tmp_path / "whole")
    decode = in_process.decode
    calls: list[int] = []

    def killed(*arguments: Any, **keywords: Any) -> list[list[int]]:
        if len(calls) == done:
            raise KeyboardInterrupt
        calls.append(1)
        return decode(*arguments, **keywords)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(in_process, "decode", killed)
        run(model, tokenizer, tmp_path / "killed")
    with (tmp_path / "killed" / "zero_shot.jsonl").open("a") as file:
        file.write(torn)

    again: list[int] = []
    monkeypatch.setattr(in_process, "decode", lambda *a, **k: again.append(1) or decode(*a, **k))
    resumed = run(model, tokenizer, tmp_path / "killed")
    assert resumed.predictions == undisturbed.predictions
    assert len(again) == 3 - done, "finished batches are not computed again"
    assert resumed.new_tokens < undisturbed.new_tokens
    for folder in ("whole", "killed"):
        assert len((tmp_path / folder / "zero_shot.jsonl").read_text().splitlines()) == 3


def test_a_run_that_was_complete_computes_nothing(
    model: Any, tokenizer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run(model, tokenizer, tmp_path)
    monkeypatch.setattr(in_process, "shared_prefix", lambda *arguments: pytest.fail("computed again"))
    second = run(model, tokenizer, tmp_path)
    assert second.predictions == first.predictions
    assert second.new_tokens == 0


def test_journal_cuts_off_a_torn_line(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text("[1]\n[2]\n[3")
    journal = Journal(path)
    assert journal.entries == [[1], [2]]
    journal.append([4])
    assert [json.loads(line) for line in path.read_text().splitlines()] == [[1], [2], [4]]


def test_prompts_that_leave_no_room_are_named(model: Any, tokenizer: Any, tmp_path: Path) -> None:
    length = len(encode_prompt(tokenizer, PROMPTS[3]))
    fits = SETTINGS.model_copy(update={"max_new_tokens": 4096 - length})
    longer = [len(encode_prompt(tokenizer, prompt)) > length for prompt in PROMPTS]
    with pytest.raises(EvaluationError) as caught:
        run(model, tokenizer, tmp_path, fits)
    first = ROWS[longer.index(True)].id
    assert f"{sum(longer)} rows have more" in str(caught.value)
    assert first in str(caught.value)
    assert "data.cleaning.flags.length=drop" in caught.value.fix
    assert not list(tmp_path.iterdir()), "refused before any work"


def test_longest_prompts_come_first_whatever_the_order_of_rows(tokenizer: Any) -> None:
    encoded = [encode_prompt(tokenizer, prompt) for prompt in PROMPTS]
    asked = [Request(row.id, row.prompt, ids) for row, ids in zip(ROWS, encoded, strict=True)]
    batches = generate._batches(asked, 4)
    lengths = [len(encoded[index]) for batch in batches for index in batch]
    assert lengths == sorted(lengths, reverse=True)
    turned = generate._batches(asked[::-1], 4)
    assert [[ROWS[i].id for i in batch] for batch in batches] == [
        [ROWS[::-1][i].id for i in batch] for batch in turned
    ]


def test_prompt_of_a_longer_conversation_is_its_last_question() -> None:
    row = make_rows(1)[0]
    turns = (*row.prompt, Message("assistant", "when?"), Message("user", "today"), row.messages[-1])
    assert generate.last_question(type(row)(row.id, turns, row.group, row.source)) == "today"


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")]
)
def test_where_memory_runs_out_a_batch_goes_in_halves(
    model: Any,
    tokenizer: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
) -> None:
    """The want of memory is made up: more than two prompts do not fit."""
    (tmp_path / "whole").mkdir()
    (tmp_path / "halves").mkdir()
    whole = run(model, tokenizer, tmp_path / "whole")

    def tight(model: Any, prompts: Any, *arguments: Any, **keywords: Any) -> Any:
        if len(prompts) > 2:
            raise error
        return decode(model, prompts, *arguments, **keywords)

    monkeypatch.setattr(in_process, "decode", tight)
    halves = run(model, tokenizer, tmp_path / "halves")
    assert halves.predictions == whole.predictions
    assert "out of memory with 4 prompts at once: going on with 2" in capsys.readouterr().err

    def too_tight(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(in_process, "decode", too_tight)
    with pytest.raises(EvaluationError, match="not even one prompt") as caught:
        run(model, tokenizer, tmp_path)
    assert "few_shot" in caught.value.fix


def test_an_error_that_is_no_want_of_memory_passes_as_it_is(
    model: Any, tokenizer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def wrong(*_: Any, **__: Any) -> list[list[int]]:
        calls.append(1)
        raise RuntimeError("shapes cannot be multiplied")

    monkeypatch.setattr(in_process, "decode", wrong)
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        run(model, tokenizer, tmp_path)
    assert calls == [1]


def test_the_prefix_is_that_of_all_prompts_whichever_are_missing(
    model: Any, tokenizer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[list[int]]] = []

    def noted(model: Any, prompts: list[list[int]]) -> Any:
        seen.append(prompts)
        return shared_prefix(model, prompts)

    monkeypatch.setattr(in_process, "shared_prefix", noted)
    requests = [Request(row.id, row.prompt, encode_prompt(tokenizer, row.prompt)) for row in ROWS]
    (answered,) = TransformersEngine(model, tokenizer, SETTINGS).answers(requests, [requests[9:]])
    assert len(answered) == 2
    assert seen == [[one.ids for one in requests]]
