"""`EndpointUse`: what a server's answers took, whenever they were given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

from tunewright.artifacts import read_json, write_json
from tunewright.config.schema.endpoint import Endpoint
from tunewright.endpoints.answer import Completion
from tunewright.endpoints.budget import cost_of


@dataclass(frozen=True)
class EndpointUse:
    """What a server's answers took, whenever they were given.

    Attributes:
        answers: how many; 0 where nobody was asked.
        seconds: from request to answer, added up over the answers; waits and failed attempts are left out.
        prompt_tokens: of all prompts, as the server counts.
        completion_tokens: of all answers, likewise.
        cost: at the prices of the run that wrote it; null if one was not known.
        currency: of the cost.
    """

    answers: int = 0
    seconds: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None
    currency: str = ""

    def at_prices_of(self, endpoint: Endpoint) -> Self:
        """The same with what it costs by today's prices."""
        cost = cost_of(endpoint, self.prompt_tokens, self.completion_tokens)
        return replace(self, cost=cost, currency=endpoint.currency)


def use_of(completions: Sequence[Completion], endpoint: Endpoint) -> EndpointUse:
    """What answers took, at the endpoint's prices."""
    use = EndpointUse(
        answers=len(completions),
        seconds=round(sum(one.seconds for one in completions), 3),
        prompt_tokens=sum(one.prompt_tokens for one in completions),
        completion_tokens=sum(one.completion_tokens for one in completions),
    )
    return use.at_prices_of(endpoint)


def write_use(path: Path, use: EndpointUse) -> None:
    """Write timings/reference.json."""
    write_json(path, asdict(use))


def read_use(path: Path) -> EndpointUse:
    """Read what `write_use` wrote.

    Raises:
        TunewrightError: the file is missing or damaged.
    """
    return EndpointUse(**read_json(path))
