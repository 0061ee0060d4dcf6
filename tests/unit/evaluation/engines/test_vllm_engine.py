"""The engine `vllm` against a stand-in with vLLM's own names and signatures; nobody has run it on a GPU yet.

It takes what vLLM's `LLM`, `SamplingParams` and `LoRARequest` take, by the same names, and nothing else.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from made_up import make_rows

from tunewright.config.schema.evaluation import Evaluation
from tunewright.config.schema.method import Quantization
from tunewright.errors import EvaluationError
from tunewright.evaluation.engines.opening import tuned_engine
from tunewright.evaluation.engines.vllm import VllmEngine
from tunewright.evaluation.generate import generate
from tunewright.evaluation.sampling import row_seed
from tunewright.models.chat import encode_prompt, end_of_turn_ids
from tunewright.models.load import Loading

ROWS = make_rows(5)
PROMPTS = [row.prompt for row in ROWS]
FOLDER = Path("/models/tiny")


@dataclass
class SamplingParams:
    n: int = 1
    temperature: float = 1.0
    top_p: float = 1.0
    seed: int | None = None
    stop_token_ids: list[int] | None = None
    max_tokens: int | None = 16
    logprobs: int | None = None


@dataclass
class LoRARequest:
    lora_name: str
    lora_int_id: int
    lora_path: str = ""


@dataclass
class Logprob:
    logprob: float
    rank: int | None = None
    decoded_token: str | None = None


@dataclass
class CompletionOutput:
    index: int
    text: str
    token_ids: Sequence[int]
    cumulative_logprob: float | None
    logprobs: list[dict[int, Logprob]] | None
    finish_reason: str | None = None


@dataclass
class RequestOutput:
    request_id: str
    prompt_token_ids: list[int]
    outputs: list[CompletionOutput]


@dataclass
class Calls:
    """What the stand-in was made and asked with."""

    made: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[list[Mapping[str, Any]], list[SamplingParams], LoRARequest | None]] = field(
        default_factory=list
    )


class LLM:
    """Answers a prompt with its last token but one, then that token again, then the end of the turn."""

    calls: Calls
    adapter_moves = 1.0
    end = 0

    def __init__(
        self,
        model: str,
        *,
        tokenizer: str | None = None,
        dtype: str = "auto",
        quantization: str | None = None,
        trust_remote_code: bool = False,
        seed: int = 0,
        max_model_len: int | None = None,
        generation_config: str = "auto",
        enable_lora: bool = False,
        max_loras: int = 1,
        max_lora_rank: int = 16,
    ) -> None:
        given = {name: value for name, value in locals().items() if name != "self"}
        if model == "/models/huge":
            raise ValueError("No available memory for the cache blocks.")
        self.calls.made.append(given)

    def generate(
        self,
        prompts: Sequence[Mapping[str, Any]],
        sampling_params: Sequence[SamplingParams],
        *,
        use_tqdm: bool = True,
        lora_request: LoRARequest | None = None,
    ) -> list[RequestOutput]:
        assert all(set(prompt) <= {"prompt_token_ids", "cache_salt"} for prompt in prompts)
        self.calls.asked.append((list(prompts), list(sampling_params), lora_request))
        return [
            self._answer(str(place), prompt["prompt_token_ids"], sampling, lora_request)
            for place, (prompt, sampling) in enumerate(zip(prompts, sampling_params, strict=True))
        ]

    def _answer(
        self, request_id: str, ids: list[int], sampling: SamplingParams, lora: LoRARequest | None
    ) -> RequestOutput:
        whole = [ids[-2], ids[-2], self.end]
        tokens = whole[: sampling.max_tokens]
        value = -0.5 - (self.adapter_moves if lora else 0.0)
        logprobs = [{token: Logprob(value)} for token in tokens] if sampling.logprobs else None
        reason = "stop" if self.end in tokens else "length"
        return RequestOutput(request_id, ids, [CompletionOutput(0, "", tokens, None, logprobs, reason)])


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch, tokenizer: Any) -> Calls:
    """Put the stand-in where vLLM would be."""
    package, lora, request = (ModuleType(name) for name in ("vllm", "vllm.lora", "vllm.lora.request"))
    package.LLM, package.SamplingParams = LLM, SamplingParams  # type: ignore[attr-defined]
    request.LoRARequest = LoRARequest  # type: ignore[attr-defined]
    lora.request = request  # type: ignore[attr-defined]
    for module in (package, lora, request):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.delenv("VLLM_NO_USAGE_STATS", raising=False)
    monkeypatch.setattr(LLM, "calls", Calls(), raising=False)
    monkeypatch.setattr(LLM, "end", end_of_turn_ids(tokenizer)[0])
    return LLM.calls


def make(tokenizer: Any, adapter: Path | None = None, folder: Path = FOLDER, **changes: Any) -> VllmEngine:
    loading = Loading(folder, "cuda", "bf16", changes.pop("quantization", None), False)
    evaluation = Evaluation(**{"engine": "vllm", "max_new_tokens": 4, "batch_size": 2, **changes})
    return VllmEngine(loading, adapter, tokenizer, evaluation, room=None, longest=100)


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    folder = tmp_path / "adapter"
    folder.mkdir()
    (folder / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA", "r": 24}))
    (folder / "adapter_model.safetensors").touch()
    return folder


def test_prompts_go_in_as_token_ids_and_come_back_as_answers(
    calls: Calls, tokenizer: Any, tmp_path: Path
) -> None:
    made = generate(make(tokenizer), ROWS, PROMPTS, contestant="zero_shot", folder=tmp_path)
    for row, one in zip(ROWS, made.predictions, strict=True):
        ids = encode_prompt(tokenizer, row.prompt)
        assert one.answer == tokenizer.decode([ids[-2]] * 2)
        assert (one.prompt_tokens, one.answer_tokens, one.finished) == (len(ids), 3, True)
    assert [len(prompts) for prompts, _, _ in calls.asked] == [2, 2, 1]
    lengths = [len(prompt["prompt_token_ids"]) for prompts, _, _ in calls.asked for prompt in prompts]
    assert lengths == sorted(lengths, reverse=True)
    (sampling, *_) = calls.asked[0][1]
    assert (sampling.temperature, sampling.seed, sampling.max_tokens) == (0.0, None, 4)
    assert sampling.stop_token_ids == [*end_of_turn_ids(tokenizer)]
    assert {lora for _, _, lora in calls.asked} == {None}


def test_it_is_loaded_once_as_the_settings_say(calls: Calls, tokenizer: Any, adapter: Path) -> None:
    engine = make(tokenizer, adapter, quantization=Quantization())
    assert calls.made == [], "nothing is loaded before the first prompt"
    engine.prove(PROMPTS)
    engine.timed("r0", PROMPTS[0])
    (made,) = calls.made
    assert made == {
        "model": str(FOLDER),
        "tokenizer": str(FOLDER),
        "dtype": "bfloat16",
        "quantization": "bitsandbytes",
        "trust_remote_code": False,
        "seed": 0,
        "max_model_len": 104,
        "generation_config": "vllm",
        "enable_lora": True,
        "max_loras": 1,
        "max_lora_rank": 32,
    }


def test_the_adapter_is_asked_and_shown_to_act(
    calls: Calls, tokenizer: Any, adapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make(tokenizer, adapter)
    engine.prove(PROMPTS)
    assert [lora is None for _, _, lora in calls.asked] == [False, True]
    assert {sampling.max_tokens for _, samplings, _ in calls.asked for sampling in samplings} == {1}
    generate(engine, ROWS, PROMPTS, contestant="tuned", folder=tmp_path)
    assert calls.asked[-1][2] == LoRARequest("tuned", 1, str(adapter))

    monkeypatch.setattr(LLM, "adapter_moves", 0.001)
    with pytest.raises(
        EvaluationError, match="on 5 test prompts the first token's probabilities are the same"
    ):
        engine.prove(PROMPTS)


def test_an_adapter_that_does_nothing_is_refused_before_the_first_answer(
    calls: Calls,
    tokenizer: Any,
    adapter: Path,
    tiny_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loading = Loading(tiny_folder, "cuda", "bf16", None, False)
    evaluation = Evaluation(engine="vllm", max_new_tokens=4)
    opened = tuned_engine(loading, adapter, tokenizer, evaluation, ROWS, PROMPTS, tmp_path)
    assert opened.name == "vllm"
    assert [lora is None for _, _, lora in calls.asked] == [False, True]
    monkeypatch.setattr(LLM, "adapter_moves", 0.0)
    with pytest.raises(EvaluationError, match="the first token's probabilities are the same"):
        tuned_engine(loading, adapter, tokenizer, evaluation, ROWS, PROMPTS, tmp_path)


def test_another_likeliest_token_is_a_difference(
    calls: Calls, tokenizer: Any, adapter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = LLM._answer
    monkeypatch.setattr(LLM, "adapter_moves", 0.0)

    def moved(self: LLM, name: str, ids: list[int], sampling: SamplingParams, lora: Any) -> RequestOutput:
        return answer(self, name, [ids[-1], ids[-1]] if lora else ids, sampling, lora)

    monkeypatch.setattr(LLM, "_answer", moved)
    make(tokenizer, adapter).prove(PROMPTS)


def test_a_rank_that_vllm_knows_is_taken_as_it_is(calls: Calls, tokenizer: Any, adapter: Path) -> None:
    (adapter / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA", "r": 16}))
    make(tokenizer, adapter).timed("r0", PROMPTS[0])
    assert calls.made[0]["max_lora_rank"] == 16


def test_it_sends_no_statistics_of_its_use(calls: Calls, tokenizer: Any) -> None:
    make(tokenizer).timed("r0", PROMPTS[0])
    assert os.environ["VLLM_NO_USAGE_STATS"] == "1"


def test_drawn_answers_have_a_seed_for_each_row(calls: Calls, tokenizer: Any, tmp_path: Path) -> None:
    engine = make(tokenizer, temperature=0.7, top_p=0.9, seed=3, batch_size=8)
    generate(engine, ROWS, PROMPTS, contestant="zero_shot", folder=tmp_path)
    ((_, samplings, _),) = calls.asked
    assert {(one.temperature, one.top_p) for one in samplings} == {(0.7, 0.9)}
    assert {one.seed for one in samplings} == {row_seed(3, row.id) for row in ROWS}


def test_a_run_that_goes_on_asks_for_what_is_missing(
    calls: Calls, tokenizer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "whole").mkdir()
    whole = generate(make(tokenizer), ROWS, PROMPTS, contestant="tuned", folder=tmp_path / "whole")
    ask, count = LLM.generate, len(calls.asked)

    def killed(self: LLM, *arguments: Any, **keywords: Any) -> Any:
        if len(calls.asked) == count + 1:
            raise KeyboardInterrupt
        return ask(self, *arguments, **keywords)

    (tmp_path / "killed").mkdir()
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(LLM, "generate", killed)
        generate(make(tokenizer), ROWS, PROMPTS, contestant="tuned", folder=tmp_path / "killed")
    resumed = generate(make(tokenizer), ROWS, PROMPTS, contestant="tuned", folder=tmp_path / "killed")
    assert resumed.predictions == whole.predictions
    assert len(calls.asked) == count + 3


def test_single_requests_have_a_salt_of_their_own(calls: Calls, tokenizer: Any) -> None:
    engine = make(tokenizer)
    waits = [engine.timed("r0", PROMPTS[0]) for _ in range(2)]
    assert all(wait.first > 0 and wait.whole > 0 for wait in waits)
    asked = [(prompts[0]["cache_salt"], samplings[0].max_tokens) for prompts, samplings, _ in calls.asked]
    assert len({salt for salt, _ in asked}) == 4
    assert [limit for _, limit in asked] == [1, 4, 1, 4]


def test_what_vllm_cannot_do_is_told(calls: Calls, tokenizer: Any, adapter: Path) -> None:
    with pytest.raises(EvaluationError, match="vLLM cannot load the model: No available memory"):
        make(tokenizer, folder=Path("/models/huge")).timed("r0", PROMPTS[0])
    (adapter / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA", "r": 1024}))
    with pytest.raises(EvaluationError, match="rank 512 at most, this one has 1024"):
        make(tokenizer, adapter).prove(PROMPTS)


def test_where_it_is_not_installed_the_command_is_told(
    tokenizer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "vllm", raising=False)
    with pytest.raises(EvaluationError, match="is vllm, which is not installed") as caught:
        make(tokenizer).timed("r0", PROMPTS[0])
    assert caught.value.fix.startswith("pip install vllm")
