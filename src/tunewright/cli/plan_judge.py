"""What asking the judge will cost at most, and where rows and answers go."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from tunewright.cli.plan_server import cost_at_most, missing_key, where_sent
from tunewright.config.judge_metrics import dimensions
from tunewright.config.schema import Settings
from tunewright.data.card import CHARACTERS_PER_TOKEN
from tunewright.data.rows import Row
from tunewright.evaluation.judging.prompt import Compared, prompt

ORDERS = 2
ROUNDS = 2


def judge_lines(settings: Settings, test: Sequence[Row], root: Path) -> Iterator[str]:
    """Requests, tokens, cost at most, and what leaves the house; nothing if the judge is off.

    Args:
        settings: as composed now.
        test: the rows as they would be prepared now; their right answers stand in for those to come.
        root: the project's folder.
    """
    evaluation, judge = settings.evaluation, settings.evaluation.judge
    if not judge.enabled:
        return
    rows = test[: evaluation.max_rows][: judge.max_rows]
    rubric = dimensions(settings.task)
    asked = [
        prompt(
            Compared(row, row.reference, row.reference),
            settings.task,
            rubric,
            swapped=False,
            show_reference=judge.show_reference,
        )
        for row in rows
    ]
    characters = ORDERS * sum(len(turn.content) for messages in asked for turn in messages)
    requests = ORDERS * len(rows)
    read, written = math.ceil(characters / CHARACTERS_PER_TOKEN), requests * judge.max_new_tokens
    name = judge.folder or judge.endpoint.model
    yield (
        f"judge     {name}: tuned against {judge.against} on {len(rows)} rows in both orders, {requests} "
        f"requests, about {read:,} tokens to read and at most {written:,} to write (estimated from "
        "characters; rows answered alike are not asked, unreadable answers once more)"
    )
    if judge.folder is not None:
        yield "          a local model: nothing leaves the house"
        if not (root / judge.folder).is_dir():
            yield f"          note: {judge.folder} does not exist: put the model there before dvc repro"
        return
    twice = f", {ROUNDS} times that if no answer can be read at first"
    yield f"          {cost_at_most(judge.endpoint, 'evaluation.judge.endpoint', read, written, twice)}"
    sent = f"{len(rows)} test rows with two answers each"
    yield f"          {where_sent(str(judge.endpoint.base_url), sent)}"
    yield from missing_key(judge.endpoint.api_key_env)
