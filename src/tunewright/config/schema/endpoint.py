"""`Endpoint`: a server that answers chats in OpenAI's protocol, whoever runs it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tunewright.config.schema.node import Node

NonEmpty = Annotated[str, Field(min_length=1)]
VariableName = Annotated[str, Field(pattern=r"^[A-Z_][A-Z0-9_]*$")]
Money = Annotated[float, Field(ge=0)]


class Endpoint(Node):
    """How a server is asked, and what it may cost.

    Attributes:
        base_url: address of the protocol, version included, such as https://api.openai.com/v1 or
            http://localhost:8000/v1; https, unless the server is on this machine or has a private address.
        model: name of the model there.
        api_key_env: name of the environment variable that holds the key, never the key; null sends none.
        temperature: 0 asks for the likeliest answer; null sends none, for models that refuse it.
        seed: sent with every request, for servers that heed it; null sends none.
        limit_sent_as: under which name the limit of new tokens is sent; some models take the longer one only.
        max_concurrency: requests under way at once.
        requests_per_minute: requests are sent no faster; null for no limit.
        timeout_seconds: an answer that takes longer is asked for again.
        max_retries: how often a request is repeated that failed for a passing reason (busy, too slow).
        price_per_million_input_tokens: null if unknown; then no cost is stated.
        price_per_million_output_tokens: likewise, of the answers.
        currency: of the prices and of max_cost (ISO 4217).
        max_cost: the most that all answers together may cost; null for no limit.
    """

    base_url: NonEmpty | None = None
    model: NonEmpty | None = None
    api_key_env: VariableName | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = 0.0
    seed: Annotated[int, Field(ge=0)] | None = 0
    limit_sent_as: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    max_concurrency: int = Field(default=4, ge=1, le=256)
    requests_per_minute: Annotated[int, Field(ge=1)] | None = None
    timeout_seconds: float = Field(default=60.0, gt=0)
    max_retries: int = Field(default=5, ge=0, le=20)
    price_per_million_input_tokens: Money | None = None
    price_per_million_output_tokens: Money | None = None
    currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$")
    max_cost: Money | None = None
