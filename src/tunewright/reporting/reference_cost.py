"""What the reference's answers took, next to the tuned model's: money, tokens, time."""

from __future__ import annotations

from tunewright.evaluation.evidence import measured_once
from tunewright.reporting import numbers
from tunewright.reporting.inputs import ReportInputs
from tunewright.reporting.names import TUNED

UNSTATED = "no price is declared, so no cost is stated"


def reference_cost(inputs: ReportInputs) -> tuple[str, ...]:
    """A line on the reference and one on the tuned model; nothing if no reference was asked."""
    use, reference = inputs.reference, inputs.evaluation.reference
    if use is None:
        return ()
    cost, currency = use.cost_at(reference.endpoint), reference.endpoint.currency
    paid = UNSTATED
    if cost is not None:
        paid = f"{_small(cost, currency)}, {_small(1000 * cost / use.answers, currency)} for 1,000 answers"
    return (
        f"{reference.title}: {numbers.count(use.answers)} answers, {numbers.count(use.prompt_tokens)} tokens "
        f"read, {numbers.count(use.completion_tokens)} written; {paid}; "
        f"{numbers.decimal(use.seconds / use.answers)} s an answer, asked one by one.",
        _of_tuned(inputs),
    )


def _of_tuned(inputs: ReportInputs) -> str:
    rows = len(inputs.predictions[TUNED])
    found = measured_once(inputs.timings, inputs.train, rows, inputs.hardware.price_per_hour)
    cost = found.get("cost_per_1000_answers")
    paid = UNSTATED if cost is None else f"{_small(cost.value, cost.unit)} for 1,000 answers"
    return (
        f"Tuned model: {paid}; {numbers.decimal(found['seconds_per_answer'].value)} s an answer, in batches."
    )


def _small(amount: float, currency: str) -> str:
    """A sum that may be far below a cent."""
    return numbers.money(amount, currency) if amount >= 1 else f"{currency} {numbers.decimal(amount)}"
