"""`Line`: one request to a server and its answer; `send_until_answered` repeats what failed in passing."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

from tunewright.config.schema.endpoint import Endpoint
from tunewright.endpoints.answer import ChatRequest, Completion
from tunewright.endpoints.budget import Budget
from tunewright.endpoints.faults import Fault, FaultError, fault_of
from tunewright.endpoints.pace import Pace
from tunewright.endpoints.parse import Pieces, answer_in
from tunewright.errors import EndpointError
from tunewright.progress import say

if TYPE_CHECKING:
    from openai import OpenAI

NO_KEY = "none"
"""Sent where no key is asked for: without one the package would send OPENAI_API_KEY, to whatever server."""
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 30.0
SECONDS_WORTH_A_WORD = 5.0
LONGEST_ASKED_SECONDS = 600.0
"""A server that asks to wait for longer ends the run."""


@dataclass(frozen=True)
class Question:
    """A request as it is sent.

    Attributes:
        request: what is asked.
        max_new_tokens: the most tokens of the answer.
        body: the JSON that goes to the server.
    """

    request: ChatRequest
    max_new_tokens: int
    body: Mapping[str, Any]


class Line:
    """A server within a `with`.

    Args:
        endpoint: its address, model and time limit.
        where: dotted key of the endpoint, for messages.
        key: to be sent; null if the server takes none.
        stream: have answers sent piece by piece.
    """

    def __init__(self, endpoint: Endpoint, where: str, *, key: str | None, stream: bool) -> None:
        """Connect nothing yet."""
        self.endpoint, self.where = endpoint, where
        self._key, self._stream = key, stream
        self._client = _client(endpoint, where, key)

    def __enter__(self) -> Line:
        """The line itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all connections."""
        self._client.close()

    def send(self, body: Mapping[str, Any]) -> Completion:
        """Send a request once.

        Raises:
            FaultError: there is no answer, or none that can be used.
        """
        import httpx2
        import openai

        started = time.monotonic()
        try:
            if self._stream:
                return self._streamed(body, started)
            raw = self._client.chat.completions.with_raw_response.create(**body)
            return answer_in(raw.text, time.monotonic() - started)
        except (openai.OpenAIError, httpx2.HTTPError) as error:
            raise FaultError(fault_of(error, self.endpoint, self.where, self._key)) from error

    def _streamed(self, body: Mapping[str, Any], started: float) -> Completion:
        pieces = Pieces()
        first: float | None = None
        with self._client.chat.completions.with_streaming_response.create(**body) as response:
            for line in response.iter_lines():
                if pieces.take(line) and first is None:
                    first = time.monotonic() - started
        return pieces.whole(time.monotonic() - started, first)

    def models(self) -> list[str]:
        """Names of the models that the server says it has; empty if it does not say."""
        import openai

        try:
            return sorted(model.id for model in self._client.models.list())
        except (openai.OpenAIError, ValueError, TypeError, AttributeError):
            return []


def send_until_answered(line: Line, question: Question, pace: Pace, budget: Budget) -> Completion:
    """Send a request, again after a pause where the failure may pass.

    Raises:
        EndpointError: it failed for good, or too often; names the request.
        StoppedError: the work is to stop.
    """
    endpoint, name = line.endpoint, question.request.id
    for attempt in range(endpoint.max_retries + 1):
        try:
            with budget.reserved(question.request, question.max_new_tokens, pace.stop) as set_aside:
                pace.wait_for_turn()
                try:
                    completion = line.send(question.body)
                except FaultError as error:
                    if error.fault.may_be_charged:
                        budget.lose(set_aside)
                    raise
                budget.count(completion)
                return completion
        except FaultError as error:
            fault = error.fault
        if not fault.passes or attempt == endpoint.max_retries:
            raise _for_good(fault, line, name, attempt + 1)
        seconds = _wait(fault, attempt)
        if seconds > LONGEST_ASKED_SECONDS:
            raise _for_good(fault, line, name, attempt + 1)
        if fault.for_all:
            pace.hold_all(seconds)
        if seconds >= SECONDS_WORTH_A_WORD:
            say(f"{name}: {fault.what}; asked again in {seconds:.0f} s")
        pace.sleep(seconds)
    raise AssertionError("the last attempt returns or raises")


def _wait(fault: Fault, attempt: int) -> float:
    """Seconds until the next attempt: what the server asks for, else twice as long as the last time.

    A share of it is drawn at random, so that requests that failed together do not come back together.
    """
    if fault.retry_after is not None:
        return fault.retry_after
    longest = min(FIRST_WAIT_SECONDS * 2.0**attempt, LONGEST_WAIT_SECONDS)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


def _for_good(fault: Fault, line: Line, name: str, attempts: int) -> EndpointError:
    times = "" if attempts == 1 else f" (asked {attempts} times)"
    what, fix = fault.what, fault.fix
    if fault.of_model and (known := line.models()):
        what, fix = _with_models(what, fix, line, known)
    return EndpointError(f"{name}: {what}{times}", where=f"{line.where}, {line.endpoint.base_url}", fix=fix)


def _with_models(what: str, fix: str, line: Line, known: list[str]) -> tuple[str, str]:
    """The same message with the names that there are, and the nearest one."""
    import difflib

    from tunewright.errors import MOST_NAMES_LISTED

    near = difflib.get_close_matches(str(line.endpoint.model), known, n=1)
    listed = ", ".join(known[:MOST_NAMES_LISTED]) + (", ..." if len(known) > MOST_NAMES_LISTED else "")
    return f"{what}; it has: {listed}", f"tunewright set {line.where}.model={near[0]}" if near else fix


def _client(endpoint: Endpoint, where: str, key: str | None) -> OpenAI:
    """The package's client, without its own retries, which know neither pace nor budget, nor redirects.

    What is sent goes to the address that the settings name, and nowhere else.
    """
    try:
        import httpx2
        from openai import DefaultHttpxClient, OpenAI
    except ModuleNotFoundError as error:
        if error.name not in ("openai", "httpx2"):
            raise
        raise EndpointError(
            "to ask a server the package openai is needed", fix="pip install 'tunewright[endpoint]'"
        ) from error
    try:
        return OpenAI(
            api_key=key or NO_KEY,
            base_url=endpoint.base_url,
            timeout=endpoint.timeout_seconds,
            max_retries=0,
            http_client=DefaultHttpxClient(follow_redirects=False, timeout=endpoint.timeout_seconds),
        )
    except httpx2.InvalidURL as error:
        raise EndpointError(
            f"{endpoint.base_url!r} is no address: {error}",
            where=f"{where}.base_url",
            fix=f"tunewright set {where}.base_url=ADDRESS",
        ) from error
