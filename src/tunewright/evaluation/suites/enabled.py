"""The suites there are, and those that are on."""

from __future__ import annotations

from tunewright.config.schema.suites import Suites
from tunewright.evaluation.suites import bias, edge_cases, leakage, regression, safety
from tunewright.evaluation.suites.suite import Suite

SUITES: tuple[Suite, ...] = (
    regression.SUITE,
    edge_cases.SUITE,
    leakage.SUITE,
    safety.SUITE,
    bias.SUITE,
)


def enabled(suites: Suites) -> list[Suite]:
    """The suites that the settings switch on, in their fixed order."""
    return [suite for suite in SUITES if getattr(suites, suite.name).enabled]
