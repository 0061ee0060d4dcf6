"""What an answer takes, contestants side by side: tokens of all rows, and how long a single request waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tunewright.evaluation.latency import Latency, latency_in
from tunewright.evaluation.predictions import Contestant
from tunewright.reporting import numbers
from tunewright.reporting.facts import Table
from tunewright.reporting.inputs import ReportInputs
from tunewright.reporting.names import TUNED

AT_ONCE = "Rows at once"
TOKENS = ("Prompt tokens a row", "in all", "Answer tokens a row", "of all answers")
WAITS = ("First token after", "Whole request, median", "95th percentile")


def effort_table(inputs: ReportInputs) -> Table:
    """A row a contestant; without waits where none were measured."""
    requests = max(
        (found.requests for who in inputs.contestants if (found := _latency(inputs, who))), default=0
    )
    columns = ("Contestant", AT_ONCE, *TOKENS, *(WAITS if requests else ()))
    rows = tuple(
        (name, _at_once(inputs, who), *_tokens(inputs, who), *(_waits(inputs, who) if requests else ()))
        for who, name in inputs.contestants.items()
    )
    how = (
        f"tokens, and the waits of the first {requests} test rows asked one at a time"
        if requests
        else "tokens; the waits of single requests were not measured"
    )
    return Table(f"Answered by {_engine(inputs)}: {how}", columns, rows, numeric=columns[1:])


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


def _at_once(inputs: ReportInputs, who: Contestant) -> str:
    sizes = _timing(inputs, who).get("batch_size", {})
    return numbers.count(sizes[who]) if who in sizes else "–"


def _engine(inputs: ReportInputs) -> str:
    """What answered, and where that is a server, what it cannot show."""
    if inputs.evaluation.engine == "server":
        return "a server, of which only is known that its two models differ"
    return {"transformers": "transformers", "vllm": "vLLM"}[inputs.evaluation.engine]


def _latency(inputs: ReportInputs, who: Contestant) -> Latency | None:
    return latency_in(_timing(inputs, who), who)


def _timing(inputs: ReportInputs, who: Contestant) -> Mapping[str, Any]:
    """The reference is asked by another client, which times no single requests."""
    stages: dict[Contestant, str] = {"zero_shot": "baseline", "few_shot": "baseline", TUNED: "evaluate"}
    return inputs.timings[stages[who]] if who in stages else {}
