"""`VllmEngine`: vLLM in this process, on a GPU. Prompts go in as token ids, so both engines read the same.

Source: Kwon et al. 2023 (arXiv:2309.06180). vLLM batches by itself, and the rounding of a row depends on what
it is batched with: answers are not promised to be the same in every run, as those of transformers are.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tunewright.config.schema.evaluation import Engine as EngineName
from tunewright.config.schema.evaluation import Evaluation
from tunewright.data.rows import Message
from tunewright.errors import EvaluationError
from tunewright.evaluation.engines.engine import Answer, Request, differ_nowhere
from tunewright.evaluation.latency import Wait
from tunewright.evaluation.sampling import row_seed
from tunewright.models.adapter import read_adapter
from tunewright.models.chat import encode_prompt, end_of_turn_ids
from tunewright.models.load import DTYPES, Loading

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
"""Values that vLLM's max_lora_rank takes."""
REQUESTS_AT_ONCE = 256
"""Handed over together where the batch size is auto; as many as vLLM runs at once by default."""
COMPARED_PROMPTS = 16
TOP_TOKENS = 5
LEAST_DIFFERENCE = 0.01
"""Of log-probabilities, in nats: less may be rounding."""


class VllmEngine:
    """A model that vLLM loads when the first prompt is asked.

    Args:
        loading: the base model, and how.
        adapter: folder of a LoRA adapter; null for the base model alone.
        tokenizer: of the base model.
        evaluation: limit of new tokens, batch size and how tokens are chosen.
        room: tokens a prompt may have; null for no limit.
        longest: tokens of the longest prompt that will be asked.
    """

    name: EngineName = "vllm"

    def __init__(
        self,
        loading: Loading,
        adapter: Path | None,
        tokenizer: PreTrainedTokenizerBase,
        evaluation: Evaluation,
        *,
        room: int | None,
        longest: int,
    ) -> None:
        """Load nothing yet."""
        self.tokenizer, self.room = tokenizer, room
        self._loading, self._adapter = loading, adapter
        self._evaluation, self._longest = evaluation, longest
        self._stop_ids = list(end_of_turn_ids(tokenizer))
        self._salts = count()

    def batch_size(self, requests: Sequence[Request], kept: Path) -> int:
        """How many are handed over together; how many of them run at once vLLM decides by its memory."""
        size = self._evaluation.batch_size
        return REQUESTS_AT_ONCE if size == "auto" else size

    def answers(
        self, requests: Sequence[Request], batches: Sequence[Sequence[Request]]
    ) -> Iterator[list[Answer]]:
        """Answer batch after batch.

        Raises:
            EvaluationError: vLLM is not installed, or cannot load the model.
        """
        for batch in batches:
            prompts = [_prompt(request.ids) for request in batch]
            sampling = [self._sampling(request.id) for request in batch]
            outputs = self._generate(prompts, sampling)
            yield [self._answer(one, output) for one, output in zip(batch, outputs, strict=True)]

    def timed(self, row_id: str, prompt: Sequence[Message]) -> Wait:
        """Ask for one token, then for the whole answer; a salt each keeps vLLM from knowing the prompt."""
        started = time.perf_counter()
        ids = encode_prompt(self.tokenizer, prompt)
        encoded = time.perf_counter() - started
        return Wait(*(encoded + self._seconds(row_id, ids, limit) for limit in (1, None)))

    def prove(self, prompts: Sequence[Sequence[Message]]) -> None:
        """Compare the log-probabilities of the first token with those of the base model alone.

        Raises:
            EvaluationError: they are the same on all prompts that are looked at.
        """
        asked = [_prompt(encode_prompt(self.tokenizer, prompt)) for prompt in prompts[:COMPARED_PROMPTS]]
        sampling = _vllm().SamplingParams(temperature=0.0, max_tokens=1, logprobs=TOP_TOKENS)
        tuned = self._generate(asked, [sampling] * len(asked))
        base = self._generate(asked, [sampling] * len(asked), adapted=False)
        if not any(_differ(_first(one), _first(other)) for one, other in zip(tuned, base, strict=True)):
            raise differ_nowhere(str(self._adapter), len(asked), "the first token's probabilities")

    @cached_property
    def _llm(self) -> Any:  # noqa: ANN401 - vllm.LLM
        loading, evaluation = self._loading, self._evaluation
        options: dict[str, Any] = {}
        if loading.quantization is not None:
            options["quantization"] = "bitsandbytes"  # NF4 with double quantization, made while loading
        if self._adapter is not None:
            options |= {"enable_lora": True, "max_loras": 1, "max_lora_rank": _rank(self._adapter)}
        try:
            return _vllm().LLM(
                model=str(loading.folder),
                tokenizer=str(loading.folder),
                dtype=DTYPES[loading.precision],
                trust_remote_code=loading.trust_remote_code,
                seed=evaluation.seed,
                max_model_len=self._longest + evaluation.max_new_tokens,
                generation_config="vllm",  # what the model's own file would choose is for the settings to say
                **options,
            )
        except (RuntimeError, ValueError) as error:
            raise EvaluationError(
                f"vLLM cannot load the model: {' '.join(str(error).split())[:300]}",
                where="evaluation.engine",
                fix="tunewright set evaluation.engine=transformers, or see what vLLM says above",
            ) from error

    def _generate(
        self, prompts: Sequence[Mapping[str, Any]], sampling: Sequence[Any], *, adapted: bool = True
    ) -> list[Any]:
        lora = None
        if adapted and self._adapter is not None:
            lora = _vllm_lora().LoRARequest("tuned", 1, str(self._adapter))
        outputs: list[Any] = self._llm.generate(
            list(prompts), list(sampling), use_tqdm=False, lora_request=lora
        )
        return outputs

    def _sampling(self, row_id: str, limit: int | None = None) -> Any:  # noqa: ANN401 - vllm.SamplingParams
        evaluation = self._evaluation
        return _vllm().SamplingParams(
            temperature=evaluation.temperature,
            top_p=evaluation.top_p,
            seed=row_seed(evaluation.seed, row_id) if evaluation.temperature > 0 else None,
            max_tokens=limit or evaluation.max_new_tokens,
            stop_token_ids=self._stop_ids,
        )

    def _seconds(self, row_id: str, ids: list[int], limit: int | None) -> float:
        prompt = _prompt(ids) | {"cache_salt": f"single request {next(self._salts)}"}
        started = time.perf_counter()
        self._generate([prompt], [self._sampling(row_id, limit)])
        return time.perf_counter() - started

    def _answer(self, request: Request, output: Any) -> Answer:  # noqa: ANN401 - vllm.RequestOutput
        (completion,) = output.outputs
        tokens = list(completion.token_ids)
        return Answer(
            text=str(self.tokenizer.decode(tokens, skip_special_tokens=True)),
            tokens=len(tokens),
            finished=completion.finish_reason == "stop",
            prompt_tokens=len(request.ids),
        )


def _prompt(ids: list[int]) -> dict[str, Any]:
    """vllm.TokensPrompt, which is a dict."""
    return {"prompt_token_ids": ids}


def _first(output: Any) -> dict[int, float]:  # noqa: ANN401 - vllm.RequestOutput
    """The likeliest first tokens with their log-probabilities."""
    (completion,) = output.outputs
    return {token: one.logprob for token, one in completion.logprobs[0].items()}


def _differ(one: Mapping[int, float], other: Mapping[int, float]) -> bool:
    if set(one) != set(other):
        return True
    return any(abs(one[token] - other[token]) >= LEAST_DIFFERENCE for token in one)


def _rank(adapter: Path) -> int:
    """The least rank that vLLM can be made for and that has room for the adapter's."""
    rank = int(read_adapter(adapter)["r"])
    fitting = [one for one in RANKS if one >= rank]
    if not fitting:
        raise EvaluationError(
            f"vLLM takes adapters of rank {RANKS[-1]} at most, this one has {rank}",
            where="evaluation.engine",
            fix="tunewright set evaluation.engine=transformers",
        )
    return fitting[0]


def _vllm() -> Any:  # noqa: ANN401 - a package that need not be installed
    os.environ.setdefault("VLLM_NO_USAGE_STATS", "1")  # it would send statistics of its use home
    try:
        import vllm
    except ModuleNotFoundError as error:
        if error.name != "vllm":
            raise
        raise EvaluationError(
            "is vllm, which is not installed",
            where="evaluation.engine",
            fix="pip install vllm (it brings a torch of its own: best in a fresh environment), "
            "or: tunewright set evaluation.engine=transformers",
        ) from error
    return vllm


def _vllm_lora() -> Any:  # noqa: ANN401 - likewise
    from vllm.lora import request

    return request
