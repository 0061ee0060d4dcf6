"""`Budget`: what answers cost, and that a request which might exceed the limit is not sent.

What a request costs is known from its answer only. Until then the most that it can cost is set aside: the
limit of new tokens for the answer, and for the prompt a token a byte, since no tokenizer makes more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Event

from tunewright.config.schema.endpoint import Endpoint
from tunewright.endpoints.answer import ChatRequest, Completion
from tunewright.endpoints.pace import StoppedError
from tunewright.errors import EndpointError

MILLION = 1_000_000
TOKENS_A_TURN = 16
"""Set aside for the marks that a chat template puts around a turn."""
TOKENS_A_CHAT = 64
"""Set aside for what a server puts before a conversation."""
TOKENS_WITH_TOOLS = 1024
"""Set aside for what a server says of tools besides: templates explain how to call them."""
SECONDS_BETWEEN_LOOKS = 0.1


def cost_of(endpoint: Endpoint, prompt_tokens: int, completion_tokens: int) -> float | None:
    """What tokens cost, in the endpoint's currency; None if a price is not known."""
    prices = endpoint.price_per_million_input_tokens, endpoint.price_per_million_output_tokens
    if prices[0] is None or prices[1] is None:
        return None
    return (prompt_tokens * prices[0] + completion_tokens * prices[1]) / MILLION


def most_tokens(request: ChatRequest) -> int:
    """The most tokens that a prompt can have, whatever the tokenizer and the chat template."""
    written = sum(len(turn.text.encode(errors="surrogatepass")) for turn in request.messages)
    tools = sum(len(json.dumps(tool).encode()) for tool in request.tools)
    around = TOKENS_A_CHAT + (TOKENS_WITH_TOOLS if request.tools else 0)
    return written + tools + TOKENS_A_TURN * len(request.messages) + around


class Budget:
    """Money spent and set aside; shared by all threads.

    Args:
        endpoint: prices and limit.
        where: its dotted key, for messages.
    """

    def __init__(self, endpoint: Endpoint, where: str) -> None:
        """Begin with nothing spent."""
        self._endpoint, self._where = endpoint, where
        self._changed = Condition()
        self._spent = 0.0
        self._set_aside: list[float] = []

    def count(self, completion: Completion) -> None:
        """Count an answer, also one from earlier: the limit is for all answers together."""
        with self._changed:
            self._spent += self._cost(completion)

    def note(self) -> str:
        """What was spent, for the progress bar; empty if no price is known."""
        if cost_of(self._endpoint, 0, 0) is None:
            return ""
        return f"{self._spent:.4f} {self._endpoint.currency}"

    @contextmanager
    def reserved(self, request: ChatRequest, max_new_tokens: int, stop: Event) -> Iterator[float]:
        """Set aside the most that a request can cost for as long as its answer is awaited; yields the amount.

        Where it does not fit beside what else is under way, wait until that has arrived and cost less.

        Raises:
            EndpointError: it does not fit even so.
            StoppedError: the work is to stop.
        """
        most = cost_of(self._endpoint, most_tokens(request), max_new_tokens) or 0.0
        limit = self._endpoint.max_cost
        with self._changed:
            while limit is not None and self._spent + sum(self._set_aside) + most > limit:
                if stop.is_set():
                    raise StoppedError
                if not self._set_aside:
                    raise self._used_up(request, most, limit)
                self._changed.wait(SECONDS_BETWEEN_LOOKS)
            self._set_aside.append(most)
        try:
            yield most
        finally:
            with self._changed:
                self._set_aside.remove(most)
                self._changed.notify_all()

    def lose(self, amount: float) -> None:
        """Count what was set aside for an attempt whose answer never came: it may be charged all the same."""
        with self._changed:
            self._spent += amount

    def _cost(self, completion: Completion) -> float:
        return cost_of(self._endpoint, completion.prompt_tokens, completion.completion_tokens) or 0.0

    def _used_up(self, request: ChatRequest, most: float, limit: float) -> EndpointError:
        currency = self._endpoint.currency
        return EndpointError(
            f"the answers so far cost {self._spent:.4f} {currency}, and {request.id} may cost up to "
            f"{most:.4f} more: together that could exceed {limit:g}; what is answered is kept",
            where=f"{self._where}.max_cost",
            fix=f"tunewright set {self._where}.max_cost=AMOUNT, then run the same command again: "
            "it asks only for what is missing",
        )
