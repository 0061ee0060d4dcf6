"""Time and cost in words, for the first screen and report.md: the run, a request, reference and judge."""

from __future__ import annotations

from tunewright.reporting.effort import waits_line
from tunewright.reporting.facts import cost_lines
from tunewright.reporting.inputs import ReportInputs
from tunewright.reporting.judge_view import judge_cost
from tunewright.reporting.reference_view import reference_cost


def cost(inputs: ReportInputs) -> tuple[str, ...]:
    """A line each of what ran here, the sum of time and money first."""
    return (*cost_lines(inputs), *waits_line(inputs))


def asked_besides(inputs: ReportInputs) -> tuple[str, ...]:
    """A line each of what reference and judge took; none where neither was asked."""
    return (*reference_cost(inputs), *judge_cost(inputs))
