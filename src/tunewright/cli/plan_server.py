"""What asking a server means, for the plan: its cost at most, where rows go, whether its key is there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

from tunewright.config.schema.endpoint import Endpoint
from tunewright.config.server_address import is_within
from tunewright.endpoints.budget import cost_of


def cost_at_most(endpoint: Endpoint, where: str, read: int, written: int, note: str) -> str:
    """What it costs where every answer is as long as allowed, and the budget.

    Args:
        endpoint: prices and budget.
        where: its dotted key.
        read, written: tokens of all prompts, and the most of all answers.
        note: what else there is to know of the amount.
    """
    cost = cost_of(endpoint, read, written)
    if cost is None:
        return f"cost not stated: a price in {where} is null"
    told = f"about {cost:.4g} {endpoint.currency} at most{note}"
    if endpoint.max_cost is None:
        return f"{told}; no budget (max_cost is null)"
    stop = ", so it will stop before the end if answers are that long" if cost > endpoint.max_cost else ""
    return f"{told}; budget {endpoint.max_cost:g} {endpoint.currency}{stop}"


def where_sent(base_url: str, what: str) -> str:
    """Where something is sent, and whether that is within the house.

    Args:
        base_url: of the server.
        what: is sent, such as "86 test rows".
    """
    host = urlsplit(base_url).hostname
    if is_within(base_url):
        return f"{what} are sent to {host}, within the house"
    return f"note: {what} LEAVE THE HOUSE: they are sent to {host}"


def missing_key(variable: str | None) -> Iterator[str]:
    """That the variable of the key is not set in this shell, which the stage would say only at its turn."""
    if variable is not None and not os.environ.get(variable):
        yield (
            f"          note: {variable} is not set here, so nothing can be asked: put it into "
            ".env and load it (set -a && . ./.env && set +a)"
        )
