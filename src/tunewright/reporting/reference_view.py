"""The reference in words: how it was asked, how it does against the tuned model, what its answers took."""

from __future__ import annotations

from tunewright.evaluation.evidence import measured_once
from tunewright.reporting import numbers
from tunewright.reporting.inputs import ReportInputs
from tunewright.reporting.names import TUNED, in_sentence, metric_name

UNSTATED = "no price is declared, so no cost is stated"


def how_it_was_asked(inputs: ReportInputs) -> str:
    """Which model where, with examples or not, as a sentence and a space; empty if it was not asked."""
    if inputs.reference is None:
        return ""
    reference = inputs.evaluation.reference
    model = str(reference.endpoint.model)
    which = "a model" if model == reference.title else f"the model {model}"
    return (
        f"{reference.title} is {which} at {reference.endpoint.base_url}, asked "
        f"{'with those examples' if reference.few_shot else 'without examples'}. "
    )


def reference_notes(inputs: ReportInputs) -> tuple[tuple[str, str], ...]:
    """A title and a text on how the reference does; none if it was not asked.

    Where it does as well as the tuned model or better, fine-tuning must earn its keep by something else.
    """
    found = inputs.against_reference
    if found is None:
        return ()
    name, metric, gap = inputs.evaluation.reference.title, found.metric, found.difference
    how = "worse" if not found.suffices else "better" if gap.high < 0 else "as well"
    theirs, tuned = (inputs.scores[who][metric].value for who in ("reference", TUNED))
    text = (
        f"it reaches {numbers.score(metric, theirs)} and the tuned model {numbers.score(metric, tuned)} "
        f"({in_sentence(metric_name(metric))}; difference "
        f"{numbers.difference(metric, gap.value)} {numbers.interval(metric, gap.low, gap.high)})."
    )
    if found.suffices:
        text += (
            " Unless its cost, its speed or the place to which rows are sent speaks against it, fine-tuning "
            "is not worth it."
        )
    return ((f"{name} does {how}:", text),)


def reference_cost(inputs: ReportInputs) -> tuple[str, ...]:
    """A line on the reference and one on the tuned model; nothing if no reference was asked."""
    use, title = inputs.reference, inputs.evaluation.reference.title
    if use is None:
        return ()
    paid = UNSTATED
    if use.cost is not None:
        whole, each = use.cost, 1000 * use.cost / use.answers
        sums = (numbers.small_money(amount, use.currency) for amount in (whole, each))
        paid = f"{', '.join(sums)} for 1,000 answers"
    return (
        f"{title}: {numbers.count(use.answers)} answers, {numbers.count(use.prompt_tokens)} tokens "
        f"read, {numbers.count(use.completion_tokens)} written; {paid}; "
        f"{numbers.decimal(use.seconds / use.answers)} s an answer, asked one by one.",
        _of_tuned(inputs),
    )


def _of_tuned(inputs: ReportInputs) -> str:
    rows = len(inputs.predictions[TUNED])
    found = measured_once(inputs.timings, inputs.train, rows, inputs.hardware.price_per_hour)
    cost = found.get("cost_per_1000_answers")
    paid = UNSTATED if cost is None else f"{numbers.small_money(cost.value, cost.unit)} for 1,000 answers"
    return (
        f"Tuned model: {paid}; {numbers.decimal(found['seconds_per_answer'].value)} s an answer, in batches."
    )
