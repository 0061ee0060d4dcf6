"""Why fine-tuning: the answers to the decision questions, and what they speak for."""

from __future__ import annotations

from tunewright.config.recommendation import Recommendation, recommend
from tunewright.config.schema.task import Rationale
from tunewright.reporting import numbers
from tunewright.reporting.inputs import ReportInputs


def advice_on(inputs: ReportInputs) -> Recommendation:
    """The recommendation, with the rows that there are now in place of those at the start."""
    why = inputs.task.rationale
    return recommend(why.need, why.facts_change, why.must_cite, inputs.card.counts()["kept"])


def decision_facts(rationale: Rationale) -> tuple[tuple[str, str], ...]:
    """Each answered question as label and answer; what nobody answered is left out."""
    cite = None if rationale.must_cite is None else "yes" if rationale.must_cite else "no"
    examples = None if rationale.examples is None else numbers.count(rationale.examples)
    answers = (
        ("Facts change", rationale.facts_change),
        ("Sources must be named", cite),
        ("Examples at the start", examples),
        ("Cost today", rationale.cost_today),
    )
    return tuple((label, answer) for label, answer in answers if answer is not None)
