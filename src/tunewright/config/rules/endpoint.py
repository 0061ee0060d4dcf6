"""Rules of a server that is asked: there is one, it is safe to send to, and its budget can be kept."""

from __future__ import annotations

from collections.abc import Iterator

from tunewright.config.schema.endpoint import Endpoint
from tunewright.config.server_address import why_refused
from tunewright.errors import Problem

PRICES = ("price_per_million_input_tokens", "price_per_million_output_tokens")


def endpoint(given: Endpoint, key: str, needed_by: str) -> Iterator[Problem]:
    """What is wrong with an endpoint.

    Args:
        given: its settings.
        key: where they stand, e.g. `evaluation.reference.endpoint`.
        needed_by: the setting that has it asked, e.g. `evaluation.reference.enabled`; empty if nothing does,
            in which case it need not be complete.
    """
    if needed_by:
        for name, example in (("base_url", "https://api.openai.com/v1"), ("model", "NAME")):
            if getattr(given, name) is None:
                fix = f"tunewright set {key}.{name}={example}, or {needed_by}=false"
                yield Problem(f"{key}.{name}", f"needs a value, since {needed_by} is true", fix=fix)
    if given.base_url is not None and (refusal := why_refused(given.base_url)):
        fix = "write https://, or the address of a server on this machine or in a private network"
        yield Problem(f"{key}.base_url", refusal, fix=fix)
    unknown = [name for name in PRICES if getattr(given, name) is None]
    if given.max_cost is not None and unknown:
        yield Problem(
            f"{key}.max_cost",
            f"cannot be kept while {key}.{unknown[0]} is null",
            fix=f"tunewright set {key}.{unknown[0]}=PRICE, or {key}.max_cost=null",
        )
