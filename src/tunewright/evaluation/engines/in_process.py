"""`TransformersEngine`: transformers in this process: batches with a key-value cache and a shared prefix."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tunewright.config.schema.evaluation import Engine as EngineName
from tunewright.config.schema.evaluation import Evaluation
from tunewright.data.rows import Message
from tunewright.errors import EvaluationError
from tunewright.evaluation.batch_size import rows_that_fit, settled
from tunewright.evaluation.decoding import Prefix, decode, no_prefix, shared_prefix
from tunewright.evaluation.engines.engine import Answer, Request
from tunewright.evaluation.latency import Wait
from tunewright.evaluation.sampling import chooser
from tunewright.models.chat import encode_prompt, end_of_turn_ids
from tunewright.models.context import room_for_prompt
from tunewright.models.want_of_memory import is_out_of_memory
from tunewright.progress import say

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


class TransformersEngine:
    """A loaded model.

    Args:
        model: in eval mode.
        tokenizer: of the model.
        evaluation: batch size, limit of new tokens and how tokens are chosen.
    """

    name: EngineName = "transformers"

    def __init__(
        self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, evaluation: Evaluation
    ) -> None:
        """Compute nothing yet."""
        self.model, self.tokenizer = model, tokenizer
        self.room = room_for_prompt(model.config, evaluation.max_new_tokens)
        self._evaluation = evaluation
        self._stop_ids = frozenset(end_of_turn_ids(tokenizer))

    def batch_size(self, requests: Sequence[Request], kept: Path) -> int:
        """As set, or as memory allows."""
        longest = max((len(request.ids) for request in requests), default=1)
        whole = longest + self._evaluation.max_new_tokens
        return settled(self._evaluation.batch_size, kept, lambda: rows_that_fit(self.model, whole))

    def answers(
        self, requests: Sequence[Request], batches: Sequence[Sequence[Request]]
    ) -> Iterator[list[Answer]]:
        """Answer batch after batch; the prefix is that of all prompts, whichever are missing.

        Raises:
            EvaluationError: not even one prompt fits into memory.
        """
        if not batches:
            return
        prefix = shared_prefix(self.model, [request.ids for request in requests])
        for batch in batches:
            decoded = self._decode(batch, prefix)
            yield [self._answer(one, tokens) for one, tokens in zip(batch, decoded, strict=True)]

    def timed(self, row_id: str, prompt: Sequence[Message]) -> Wait:
        """From the conversation to the answer's text, without a prefix."""
        started = time.perf_counter()
        steps: list[float] = []
        request = Request(row_id, prompt, encode_prompt(self.tokenizer, prompt))
        (tokens,) = decode(
            self.model,
            [request.ids],
            no_prefix(self.model),
            stop_ids=self._stop_ids,
            max_new_tokens=self._evaluation.max_new_tokens,
            choose=chooser(self._evaluation, [row_id]),
            after_step=lambda: steps.append(time.perf_counter()),
        )
        self._answer(request, tokens)
        return Wait(steps[0] - started, time.perf_counter() - started)

    def _decode(self, batch: Sequence[Request], prefix: Prefix) -> list[list[int]]:
        """New tokens of the rows of a batch; where memory runs out, of its halves one after the other."""
        try:
            return decode(
                self.model,
                [request.ids for request in batch],
                prefix,
                stop_ids=self._stop_ids,
                max_new_tokens=self._evaluation.max_new_tokens,
                choose=chooser(self._evaluation, [request.id for request in batch]),
            )
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            if len(batch) == 1:
                raise EvaluationError(
                    "not even one prompt and its answer fit into memory",
                    where="evaluation",
                    fix="lower evaluation.few_shot.k or evaluation.max_new_tokens, or: "
                    "tunewright set evaluation.load_in_4bit=true",
                ) from error
        half = len(batch) // 2  # outside of the handler, which would keep the failed pass's tensors alive
        say(f"out of memory with {len(batch)} prompts at once: going on with {half}")
        return [tokens for part in (batch[:half], batch[half:]) for tokens in self._decode(part, prefix)]

    def _answer(self, request: Request, tokens: list[int]) -> Answer:
        return Answer(
            text=self.tokenizer.decode(tokens, skip_special_tokens=True),
            tokens=len(tokens),
            finished=tokens[-1] in self._stop_ids,
            prompt_tokens=len(request.ids),
        )
