"""What an answer takes, contestants side by side: tokens of all rows, and how long a single request waits."""

from __future__ import annotations

from tunewright.evaluation.latency import Latency, latency_in
from tunewright.evaluation.predictions import Contestant
from tunewright.reporting import numbers
from tunewright.reporting.facts import Table
from tunewright.reporting.inputs import ReportInputs
from tunewright.reporting.names import CONTESTANTS, TUNED

TOKENS = ("Prompt tokens a row", "in all", "Answer tokens a row", "of all answers")
WAITS = ("First token after", "Whole request, median", "95th percentile")


def effort_table(inputs: ReportInputs) -> Table:
    """A row a contestant; without waits where none were measured."""
    requests = max((found.requests for who in CONTESTANTS if (found := _latency(inputs, who))), default=0)
    columns = ("Contestant", *TOKENS, *(WAITS if requests else ()))
    rows = tuple(
        (name, *_tokens(inputs, who), *(_waits(inputs, who) if requests else ()))
        for who, name in CONTESTANTS.items()
    )
    how = (
        f"Tokens, and the waits of the first {requests} test rows asked one at a time"
        if requests
        else "Tokens; the waits of single requests were not measured"
    )
    return Table(how, columns, rows, numeric=columns[1:])


def _tokens(inputs: ReportInputs, who: Contestant) -> tuple[str, ...]:
    answered = inputs.predictions[who]
    counts = ([one.prompt_tokens for one in answered], [one.answer_tokens for one in answered])
    return tuple(
        text
        for tokens in counts
        for text in (f"{sum(tokens) / max(len(tokens), 1):.1f}", numbers.count(sum(tokens)))
    )


def _waits(inputs: ReportInputs, who: Contestant) -> tuple[str, ...]:
    found = _latency(inputs, who)
    if found is None:
        return ("–",) * len(WAITS)
    shown = (found.seconds_to_first_token, found.request_seconds_median, found.request_seconds_p95)
    return tuple(f"{seconds:.2f} s" for seconds in shown)


def _latency(inputs: ReportInputs, who: Contestant) -> Latency | None:
    return latency_in(inputs.timings["evaluate" if who == TUNED else "baseline"], who)
