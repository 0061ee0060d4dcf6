"""`ServerEngine`: base and tuned model behind a server in OpenAI's protocol that the user runs.

The server renders the chat template and counts the tokens. What it cannot show is that the adapter it serves
is the one of this run: it must be started anew after training. That the two models differ is looked at
(`prove_served`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal, TypeVar

from tunewright.config.schema.endpoint import Endpoint
from tunewright.config.schema.evaluation import Engine as EngineName
from tunewright.config.schema.evaluation import Evaluation
from tunewright.data.rows import Message, Row, tools_laid_out
from tunewright.endpoints.answer import ChatRequest, Completion
from tunewright.endpoints.chat import ChatClient
from tunewright.errors import EndpointError
from tunewright.evaluation.engines.engine import Answer, Request, differ_nowhere
from tunewright.evaluation.latency import Wait
from tunewright.evaluation.sampling import row_seed
from tunewright.models.chat import encode_prompt
from tunewright.progress import say

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

T = TypeVar("T")
Role = Literal["base", "tuned"]
WHERE = "evaluation.server"
AT_ONCE = 16
"""Requests under way where the batch size is auto: what a server has room for it does not say."""
ROUNDS = 8
"""So many times as many are handed over together, so that the slowest one seldom holds up the others."""
COMPARED_PROMPTS = 16


class ServerEngine:
    """One of the two models on the server.

    Args:
        role: which.
        tokenizer: of the base model; orders prompts, and shows whether the server reads the same ones.
        evaluation: the server, the limit of new tokens, how many are asked at once and how tokens are chosen.
        room: tokens a prompt may have; null for no limit.
        folder: scratch of this very run: answers are kept there, and not where other runs would find them,
            since a model of the same name may be another one tomorrow.

    Raises:
        EndpointError: the settings are incomplete, or the package openai is missing.
    """

    name: EngineName = "server"

    def __init__(
        self,
        role: Role,
        tokenizer: PreTrainedTokenizerBase,
        evaluation: Evaluation,
        *,
        room: int | None,
        folder: Path,
    ) -> None:
        """Send nothing yet."""
        self.tokenizer, self.room = tokenizer, room
        self._role, self._evaluation, self._folder = role, evaluation, folder
        self._at_once = AT_ONCE if evaluation.batch_size == "auto" else evaluation.batch_size
        self._client = self._connect(folder / "server", stream=False)
        self._told = False

    def batch_size(self, requests: Sequence[Request], kept: Path) -> int:
        """How many are handed over together."""
        return ROUNDS * self._at_once

    def answers(
        self, requests: Sequence[Request], batches: Sequence[Sequence[Request]]
    ) -> Iterator[list[Answer]]:
        """Answer batch after batch.

        Raises:
            EndpointError: the server cannot be asked, or its answers cannot be used.
        """
        for batch in batches:
            asked = [self._chat(request.id, request.messages) for request in batch]
            completions = self._complete(self._client, asked)
            self._tell_of_another_template(batch, completions)
            yield [
                Answer(one.text, one.completion_tokens, one.finished, one.prompt_tokens)
                for one in completions
            ]

    def timed(self, row_id: str, prompt: Sequence[Message]) -> Wait:
        """Have one answer streamed. A server that keeps known prompts begins sooner than with a new one."""
        with TemporaryDirectory(dir=self._folder) as unkept:
            client = self._connect(Path(unkept), stream=True)
            (one,) = self._complete(client, [self._chat(row_id, prompt)])
        return Wait(one.seconds if one.first_token_seconds is None else one.first_token_seconds, one.seconds)

    def _connect(self, folder: Path, *, stream: bool) -> ChatClient:
        server = self._evaluation.server
        model = server.base_model_name if self._role == "base" else server.tuned_model_name
        endpoint = Endpoint(
            base_url=server.base_url,
            model=model,
            api_key_env=server.api_key_env,
            temperature=None,  # goes with each request, as the seed does
            seed=None,
            max_concurrency=min(self._at_once, 256),
            timeout_seconds=server.timeout_seconds,
        )
        return self._in_our_words(lambda: ChatClient(endpoint, where=WHERE, stream=stream, folder=folder))

    def _complete(self, client: ChatClient, asked: Sequence[ChatRequest]) -> list[Completion]:
        limit = self._evaluation.max_new_tokens
        return self._in_our_words(lambda: client.complete(asked, max_new_tokens=limit, show=False))

    def _chat(self, row_id: str, messages: Sequence[Message]) -> ChatRequest:
        evaluation = self._evaluation
        options: dict[str, object] = {"temperature": evaluation.temperature}
        if evaluation.temperature > 0:
            options |= {"top_p": evaluation.top_p, "seed": row_seed(evaluation.seed, row_id)}
        return ChatRequest(f"test row {row_id}", messages, options, tools_laid_out(messages))

    def _tell_of_another_template(self, batch: Sequence[Request], completions: Sequence[Completion]) -> None:
        """Say once that the server reads other prompts than training did."""
        for request, one in zip(batch, completions, strict=True):
            if not self._told and one.prompt_tokens != len(request.ids):
                self._told = True
                say(
                    f"note: the server counts {one.prompt_tokens} tokens in the prompt of row {request.id}, "
                    f"the base model's template gives {len(request.ids)}: the server's may be another one"
                )

    def _in_our_words(self, ask: Callable[[], T]) -> T:
        """Have an error name the settings of this engine."""
        try:
            return ask()
        except EndpointError as error:
            raise EndpointError(error.what, where=error.where, fix=_ours(error.fix, self._role)) from error


def prove_served(
    base: ServerEngine,
    tuned: ServerEngine,
    rows: Sequence[Row],
    prompts: Sequence[Sequence[Message]],
    name: str,
) -> None:
    """Compare the answers of both models to the first prompts, until two differ.

    Args:
        base, tuned: both at temperature 0.
        rows: the test rows.
        prompts: one a row.
        name: of the tuned model on the server.

    Raises:
        EvaluationError: the answers are the same on all prompts that are looked at.
        EndpointError: the server cannot be asked, or its answers cannot be used.
    """
    asked = list(zip(rows, prompts, strict=True))[:COMPARED_PROMPTS]
    for row, prompt in asked:
        one = Request(row.id, prompt, encode_prompt(base.tokenizer, prompt))
        answers = [next(engine.answers([one], [[one]]))[0].text for engine in (base, tuned)]
        if answers[0] != answers[1]:
            return
    raise differ_nowhere(f"{WHERE}.tuned_model_name ({name})", len(asked), "the answers")


def _ours(fix: str, role: Role) -> str:
    """The client's advice with the names that its settings have here."""
    names = {
        f"{WHERE}.model": f"{WHERE}.{role}_model_name",
        f"{WHERE}.max_concurrency": "evaluation.batch_size",
        f"{WHERE}.requests_per_minute": "evaluation.batch_size",
    }
    for theirs, ours in names.items():
        fix = fix.replace(theirs, ours)
    return fix
