"""How long one request waits: prompts asked one at a time, as a deployment that does not batch serves them.

Measured after the scored answers, which it cannot change, on the first test rows. A wait holds all that a
request passes through: the chat template, the tokenizer, the whole prompt (no prefix is shared), the answer.
An adapter is asked as it was trained, not merged. Timings differ from run to run, and nothing compares them.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunewright.config.schema.evaluation import Engine
from tunewright.data.rows import Message, Row
from tunewright.evaluation.journal import Journal
from tunewright.evaluation.predictions import TITLES, Contestant
from tunewright.models.machine import TimingRecord
from tunewright.progress import progress

P95 = 0.95
DIGITS = 4


@dataclass(frozen=True)
class Wait:
    """Of one request.

    Attributes:
        first: seconds from the request to the first token of the answer.
        whole: seconds to its end.
    """

    first: float
    whole: float


@dataclass(frozen=True)
class Latency:
    """The waits of one contestant's single requests.

    Attributes:
        requests: how many were asked, one after the other.
        seconds_to_first_token: median.
        request_seconds_median: of the whole request.
        request_seconds_p95: the least wait that 95 % of the requests do not exceed (nearest rank): of fewer
            than 20 requests the longest.
        seconds: of all of them together.
    """

    requests: int
    seconds_to_first_token: float
    request_seconds_median: float
    request_seconds_p95: float
    seconds: float


@dataclass(frozen=True)
class ScoringRecord(TimingRecord):
    """What answering the test rows took.

    Attributes:
        engine: what answered.
        batch_size: contestant -> rows answered at once.
        latency: contestant -> the waits of single requests, which are not part of `seconds`; empty where
            `evaluation.latency.requests` is 0.
    """

    engine: Engine
    batch_size: Mapping[Contestant, int]
    latency: Mapping[Contestant, Latency]


def scoring_record(
    timing: TimingRecord,
    *,
    engine: Engine,
    batch_size: Mapping[Contestant, int],
    latency: Mapping[Contestant, Latency | None],
) -> ScoringRecord:
    """The record of the answers with the waits that were measured."""
    measured = {who: found for who, found in latency.items() if found is not None}
    return ScoringRecord(**vars(timing), engine=engine, batch_size=batch_size, latency=measured)


def measure_latency(
    ask: Callable[[str, Sequence[Message]], Wait],
    rows: Sequence[Row],
    prompts: Sequence[Sequence[Message]],
    *,
    contestant: Contestant,
    requests: int,
    folder: Path,
) -> Latency | None:
    """Ask the first prompts one at a time.

    Args:
        ask: asks one (by its row's id and its prompt), and says how long it took.
        rows: the test rows.
        prompts: one a row.
        contestant: who is asked.
        requests: how many, if there are so many.
        folder: scratch of this very run; waits that an earlier, killed one measured are kept.

    Returns:
        None if nothing is to be measured.
    """
    asked = list(zip((row.id for row in rows), prompts, strict=True))[:requests]
    if not asked:
        return None
    journal = Journal(folder / f"{contestant}.latency.jsonl")
    waits = [Wait(*entry) for entry in journal.entries]
    with progress(f"{TITLES[contestant]}: single requests", total=len(asked)) as advance:
        advance(len(waits))
        if len(waits) < len(asked):
            ask(*asked[0])  # not counted: the first request of a process also loads and compiles
        for row_id, prompt in asked[len(waits) :]:
            wait = ask(row_id, prompt)
            journal.append((wait.first, wait.whole))
            waits.append(wait)
            advance(1)
    return summed_up(waits)


def summed_up(waits: Sequence[Wait]) -> Latency:
    """The numbers of some waits."""
    whole = sorted(wait.whole for wait in waits)
    return Latency(
        requests=len(waits),
        seconds_to_first_token=round(statistics.median(wait.first for wait in waits), DIGITS),
        request_seconds_median=round(statistics.median(whole), DIGITS),
        request_seconds_p95=round(whole[math.ceil(P95 * len(whole)) - 1], DIGITS),
        seconds=round(sum(whole), DIGITS),
    )


def latency_in(timing: Mapping[str, Any], contestant: Contestant) -> Latency | None:
    """A contestant's waits in what was read from timings/baseline.json or evaluate.json."""
    found = timing.get("latency", {}).get(contestant)
    return None if found is None else Latency(**found)


def latency_seconds(timing: Mapping[str, Any]) -> float:
    """Seconds that measuring waits took, of all contestants in what was read from such a file."""
    return sum(Latency(**found).seconds for found in timing.get("latency", {}).values())
