"""What asking the reference will cost at most, and where the rows go."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from tunewright.config.schema import Settings
from tunewright.config.schema.endpoint import Endpoint
from tunewright.config.server_address import is_within
from tunewright.data.card import CHARACTERS_PER_TOKEN
from tunewright.data.rows import Row
from tunewright.endpoints.budget import cost_of
from tunewright.evaluation.reference import requests_for


def reference_lines(settings: Settings, train: Sequence[Row], test: Sequence[Row]) -> Iterator[str]:
    """Requests, tokens, cost at most, and what leaves the house; nothing if the reference is off.

    Args:
        settings: as composed now.
        train, test: the rows as they would be prepared now.

    Raises:
        EvaluationError: there are fewer training rows than examples asked for.
    """
    evaluation, reference = settings.evaluation, settings.evaluation.reference
    if not reference.enabled:
        return
    endpoint = reference.endpoint
    rows = [row.with_instructions(settings.task.instructions) for row in test][: evaluation.max_rows]
    asked = requests_for(rows, train, reference, evaluation.few_shot)
    characters = sum(len(turn.content) for one in asked for turn in one.messages)
    read, written = math.ceil(characters / CHARACTERS_PER_TOKEN), len(asked) * evaluation.max_new_tokens
    yield (
        f"reference {reference.title}: {len(asked)} requests, about {read:,} tokens to read and at most "
        f"{written:,} to write (estimated from characters)"
    )
    yield f"          {_cost(endpoint, read, written)}"
    yield f"          {where_rows_go(str(endpoint.base_url), len(rows), with_examples=reference.few_shot)}"
    yield from missing_key(endpoint)


def _cost(endpoint: Endpoint, read: int, written: int) -> str:
    """At most, where every answer is as long as allowed; answers that are kept cost nothing again."""
    cost = cost_of(endpoint, read, written)
    if cost is None:
        return "cost not stated: a price in evaluation.reference.endpoint is null"
    told = f"about {cost:.4g} {endpoint.currency} at most; answers that are kept already cost nothing again"
    if endpoint.max_cost is None:
        return f"{told}; no budget (max_cost is null)"
    stop = ", so it will stop before the end if answers are that long" if cost > endpoint.max_cost else ""
    return f"{told}; budget {endpoint.max_cost:g} {endpoint.currency}{stop}"


def where_rows_go(base_url: str, rows: int, *, with_examples: bool) -> str:
    """How many rows are sent to a server, and whether it is within the house."""
    sent = f"{rows} test rows" + (" and training rows as examples" if with_examples else "")
    host = urlsplit(base_url).hostname
    if is_within(base_url):
        return f"{sent} are sent to {host}, within the house"
    return f"note: {sent} LEAVE THE HOUSE: they are sent to {host}"


def missing_key(endpoint: Endpoint) -> Iterator[str]:
    """That the variable of the key is not set in this shell, which the stage would say only at its turn."""
    if endpoint.api_key_env is not None and not os.environ.get(endpoint.api_key_env):
        yield (
            f"          note: {endpoint.api_key_env} is not set here, so nothing can be asked: put it into "
            ".env and load it (set -a && . ./.env && set +a)"
        )
