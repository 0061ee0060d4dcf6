"""What asking the reference will cost at most, and where the rows go."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence

from tunewright.cli.plan_server import cost_at_most, missing_key, where_sent
from tunewright.config.schema import Settings
from tunewright.data.card import CHARACTERS_PER_TOKEN
from tunewright.data.rows import Row
from tunewright.evaluation.reference import requests_for

EXAMPLES = " and training rows as examples"


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
    characters = sum(
        sum(len(turn.text) for turn in one.messages) + sum(len(json.dumps(tool)) for tool in one.tools)
        for one in asked
    )
    read, written = math.ceil(characters / CHARACTERS_PER_TOKEN), len(asked) * evaluation.max_new_tokens
    yield (
        f"reference {reference.title}: {len(asked)} requests, about {read:,} tokens to read and at most "
        f"{written:,} to write (estimated from characters)"
    )
    kept = "; answers that are kept already cost nothing again"
    yield f"          {cost_at_most(endpoint, 'evaluation.reference.endpoint', read, written, kept)}"
    sent = f"{len(rows)} test rows" + (EXAMPLES if reference.few_shot else "")
    yield f"          {where_sent(str(endpoint.base_url), sent)}"
    yield from missing_key(endpoint.api_key_env)
