"""What an answer takes, contestants side by side: tokens of all rows, and how long a single request waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tunewright.evaluation.latency import Latency, latency_in
from tunewright.evaluation.predictions import Contestant
from tunewright.reporting import numbers
from tunewright.reporting.effects import best_prompted
from tunewright.reporting.facts import Table
from tunewright.reporting.inputs import ReportInputs
from tunewright.reporting.names import SHORT, TUNED

AT_ONCE = "At once"
TOKENS = ("Prompt tokens a row (all)", "Answer tokens a row (all)")
WAITS = ("First token", "Request, median", "95th percentile")


@dataclass(frozen=True)
class Tokens:
    """What a contestant read and wrote for all test rows.

    Attributes:
        prompt: tokens of all prompts.
        answer: of all answers.
    """

    prompt: int
    answer: int


def tokens_in_all(inputs: ReportInputs, who: Contestant) -> Tokens:
    """The sums over a contestant's answers."""
    answered = inputs.predictions[who]
    return Tokens(sum(one.prompt_tokens for one in answered), sum(one.answer_tokens for one in answered))


def effort_table(inputs: ReportInputs) -> Table:
    """A row a contestant; without waits where none were measured."""
    requests = max((found.requests for found in latencies(inputs).values()), default=0)
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


def latencies(inputs: ReportInputs) -> dict[Contestant, Latency]:
    """The waits of those whose single requests were timed."""
    found = {who: _latency(inputs, who) for who in inputs.contestants}
    return {who: latency for who, latency in found.items() if latency is not None}


def waits_line(inputs: ReportInputs) -> tuple[str, ...]:
    """How long a request to the tuned model takes, and to the base model with its better prompt."""
    rival = best_prompted(inputs, inputs.task.metrics[0])
    tuned, other = (_latency(inputs, who) for who in (TUNED, rival))
    if tuned is None:
        return ()
    beside = "" if other is None else f" (base, {SHORT[rival]}: {_seconds(other.request_seconds_median)})"
    return (
        f"A single request takes the tuned model {_seconds(tuned.request_seconds_median)}{beside}, the first "
        f"token {_seconds(tuned.seconds_to_first_token)}.",
    )


def _seconds(value: float) -> str:
    return f"{value:.2f} s"


def _tokens(inputs: ReportInputs, who: Contestant) -> tuple[str, ...]:
    rows, found = max(len(inputs.predictions[who]), 1), tokens_in_all(inputs, who)
    return tuple(f"{tokens / rows:.1f} ({numbers.count(tokens)})" for tokens in (found.prompt, found.answer))


def _waits(inputs: ReportInputs, who: Contestant) -> tuple[str, ...]:
    found = _latency(inputs, who)
    if found is None:
        return ("–",) * len(WAITS)
    shown = (found.seconds_to_first_token, found.request_seconds_median, found.request_seconds_p95)
    return tuple(map(_seconds, shown))


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
