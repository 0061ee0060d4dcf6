"""Who answers a judge's questions: a server, a model in a local folder, or nobody where there are none."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tunewright.config.schema.endpoint import Endpoint
from tunewright.config.schema.evaluation import Evaluation
from tunewright.data.rows import Message, Row
from tunewright.endpoints.answer import ChatRequest, Completion
from tunewright.endpoints.chat import ChatClient
from tunewright.endpoints.use import use_of
from tunewright.evaluation.engines.in_process import TransformersEngine
from tunewright.evaluation.generate import generate
from tunewright.evaluation.judging.pairwise import Asked
from tunewright.evaluation.judging.use import JudgeUse, use_of_local
from tunewright.evaluation.predictions import Prediction
from tunewright.models.machine import timing_record

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

ENDPOINT = "evaluation.judge.endpoint"


class ServerJudge:
    """A model behind a server; answers are kept, so that a run after a kill asks only for what is missing.

    Args:
        endpoint: of the server.
        max_new_tokens: of an answer.

    Raises:
        EndpointError: it cannot be asked.
    """

    def __init__(self, endpoint: Endpoint, max_new_tokens: int) -> None:
        """Check all that can be known without asking."""
        self._client = ChatClient(endpoint, where=ENDPOINT)
        self._endpoint, self._limit = endpoint, max_new_tokens
        self._answers: list[Completion] = []

    def __call__(self, asked: Sequence[Asked], title: str) -> list[str]:
        """Answer each, in their order."""
        requests = [ChatRequest(f"row {one.id}", one.messages) for one in asked]
        found = self._client.complete(requests, max_new_tokens=self._limit, title=title)
        self._answers += found
        return [one.text for one in found]

    @property
    def use(self) -> JudgeUse:
        """What all answers so far took, those from earlier included."""
        return JudgeUse(**vars(use_of(self._answers, self._endpoint)))


class Nobody:
    """Stands where all answers are alike: no server is called and no model loaded for nothing."""

    use = JudgeUse()

    def __call__(self, asked: Sequence[Asked], title: str) -> list[str]:
        """Answer no question."""
        raise AssertionError(f"{title}: {len(asked)} questions to nobody")


class LocalJudge:
    """A model in a folder, asked greedily.

    Args:
        model: in eval mode.
        tokenizer: of the model.
        evaluation: batch size and limit of new tokens; its temperature is for the answers that are judged.
        work: scratch of this very run.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        evaluation: Evaluation,
        work: Path,
    ) -> None:
        """Hold what asking takes."""
        likeliest = evaluation.model_copy(update={"temperature": 0.0})
        self._engine, self._work = TransformersEngine(model, tokenizer, likeliest), work
        self._answers: list[Prediction] = []
        self._seconds, self._computed_tokens = 0.0, 0

    def __call__(self, asked: Sequence[Asked], title: str) -> list[str]:
        """Answer each, in their order."""
        folder = self._work / title.replace(" ", "-").replace(",", "")
        folder.mkdir(exist_ok=True)
        rows = [Row(one.id, (*one.messages, Message("assistant", "")), one.id, "judge") for one in asked]
        prompts = [one.messages for one in asked]
        started = time.perf_counter()
        made = generate(self._engine, rows, prompts, contestant="reference", folder=folder, title=title)
        self._seconds += time.perf_counter() - started
        self._computed_tokens += made.new_tokens
        self._answers += made.predictions
        return [one.answer for one in made.predictions]

    @property
    def use(self) -> JudgeUse:
        """What all answers so far took, loading left out."""
        return use_of_local(self._answers, timing_record(self._seconds, self._computed_tokens))
