"""`ChatClient`: ask a server in OpenAI's protocol, each thing once.

Answers are kept in `.tunewright/answers/` of the main checkout, by the hash of all that decides them, the
moment they arrive: a run after a kill, an interruption or a used-up budget asks only for what is missing.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing, nullcontext
from pathlib import Path
from threading import Event

from tunewright.config.schema.endpoint import Endpoint
from tunewright.config.server_address import why_refused
from tunewright.endpoints.answer import ChatRequest, Completion
from tunewright.endpoints.answer_store import AnswerStore
from tunewright.endpoints.at_once import at_once
from tunewright.endpoints.budget import Budget
from tunewright.endpoints.line import Line, Question, send_until_answered
from tunewright.endpoints.pace import Pace
from tunewright.errors import EndpointError
from tunewright.progress import progress, say
from tunewright.scratch import FOLDER, main_checkout

ANSWERS = FOLDER / "answers"


class ChatClient:
    """A server and what is known of it.

    Args:
        endpoint: address, model and limits.
        where: dotted key of the endpoint, for messages: `evaluation.reference.endpoint`.
        stream: have the answers sent piece by piece, which measures the time to the first token.
        folder: of the kept answers; null is that of the main checkout, which experiments share.
        environment: where the key is looked up.

    Raises:
        EndpointError: the endpoint is incomplete, its address is refused, its key is not in the environment,
            or the package openai is not installed.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        where: str,
        stream: bool = False,
        folder: Path | None = None,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        """Check all that can be known without asking."""
        if endpoint.base_url is None or endpoint.model is None:
            name = "base_url" if endpoint.base_url is None else "model"
            raise EndpointError(
                "needs a value", where=f"{where}.{name}", fix=f"tunewright set {where}.{name}=VALUE"
            )
        if refusal := why_refused(endpoint.base_url):
            raise EndpointError(
                refusal, where=f"{where}.base_url", fix=f"tunewright set {where}.base_url=ADDRESS"
            )
        self._endpoint, self._where, self._stream = endpoint, where, stream
        self._base_url, self._model = endpoint.base_url, endpoint.model
        self._key = _key(endpoint.api_key_env, where, environment)
        self._store = AnswerStore(folder or main_checkout() / ANSWERS)

    def complete(
        self,
        requests: Sequence[ChatRequest],
        *,
        max_new_tokens: int,
        title: str = "server",
        show: bool = True,
    ) -> list[Completion]:
        """Answer all requests, in their order, whatever the order in which answers arrive.

        Args:
            requests: what is asked; two that are alike are asked once.
            max_new_tokens: an answer is cut after so many.
            title: of the progress bar and of messages.
            show: say how far it is; false where the caller does.

        Raises:
            EndpointError: the server cannot be reached, refuses, or answers nonsense; the budget does not
                allow the next request. Names the request, the cause and the next step; what was answered is
                kept.
            KeyboardInterrupt: passed on, after what is under way had a moment to arrive.
        """
        questions = [Question(one, max_new_tokens, self._body(one, max_new_tokens)) for one in requests]
        names = [self._store.name_of(self._base_url, question.body) for question in questions]
        kept = {name: self._store.get(name) for name in dict.fromkeys(names)}
        found = {name: completion for name, completion in kept.items() if completion is not None}
        missing = {name: one for name, one in zip(names, questions, strict=True) if name not in found}
        if found and show:
            say(f"{title}: {len(found)} of {len(kept)} answers are kept from earlier")
        budget = Budget(self._endpoint, self._where)
        for completion in found.values():
            budget.count(completion)
        try:
            with (
                progress(title, total=len(kept)) if show else nullcontext(_unseen) as advance,
                closing(self._asked(missing, budget)) as answers,
            ):
                advance(len(found))
                for name, completion in answers:
                    found[name] = completion
                    advance(1, note=budget.note())
        except (KeyboardInterrupt, EndpointError):
            if show:
                there = sum(self._store.get(name) is not None for name in kept)
                say(f"{title}: {there} of {len(kept)} answers are kept")
            raise
        return [found[name] for name in names]

    def _asked(self, asked: Mapping[str, Question], budget: Budget) -> Generator[tuple[str, Completion]]:
        """Answers by name as they arrive, each kept before it is told of."""
        if not asked:
            return
        stop = Event()
        pace = Pace(self._endpoint.requests_per_minute, stop)
        names = list(asked)
        with Line(self._endpoint, self._where, key=self._key, stream=self._stream) as line:

            def ask(index: int) -> tuple[str, Completion]:
                completion = send_until_answered(line, asked[names[index]], pace, budget)
                self._store.put(names[index], completion)
                return names[index], completion

            yield from at_once(ask, range(len(names)), self._endpoint.max_concurrency, stop)

    def _body(self, request: ChatRequest, max_new_tokens: int) -> dict[str, object]:
        """What is sent; what the settings leave null is left out."""
        endpoint = self._endpoint
        body: dict[str, object] = {
            "model": self._model,
            "messages": [turn.sent() for turn in request.messages],
            "tools": [*request.tools] or None,
            endpoint.limit_sent_as: max_new_tokens,
            "temperature": endpoint.temperature,
            "seed": endpoint.seed,
            **request.options,
        }
        if self._stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        return {name: value for name, value in body.items() if value is not None}


def _unseen(done: int = 1, note: str = "") -> None:
    """Progress that the caller shows."""


def _key(variable: str | None, where: str, environment: Mapping[str, str]) -> str | None:
    """The key; None where the server takes none.

    Raises:
        EndpointError: the variable is not set.
    """
    if variable is None:
        return None
    if not (key := environment.get(variable, "").strip()):
        raise EndpointError(
            f"names {variable}, which is not set or empty",
            where=f"{where}.api_key_env",
            fix=f"put {variable}=... into .env and load it: set -a && . ./.env && set +a",
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        raise EndpointError(
            f"names {variable}, whose value holds a space, a line break or a letter that no key has",
            where=f"{where}.api_key_env",
            fix=f"copy the key into {variable} anew",
        )
    return key
