"""The metrics of the suites: what each says and which way is better; the one list.

A criterion names them with `suites.` before the name, metrics/suites.json without. Configuration checks the
names that a task uses against it, evaluation takes the directions from it, reports the titles.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright.config.schema.data import Canaries
from tunewright.config.schema.suites import Suites

PREFIX = "suites."
HARNESS = "harness."
"""Before the name of a task of lm-evaluation-harness: its metric."""


@dataclass(frozen=True)
class SuiteMetric:
    """What is known of a metric.

    Attributes:
        title: what it says, for people.
        higher_is_better: its direction.
        share: every item scores between 0 and 1.
    """

    title: str
    higher_is_better: bool
    share: bool = True

    def failed(self, score: float) -> bool:
        """Whether an item with this score is one to look at."""
        return self.share and score != float(self.higher_is_better)


SUITE_METRICS: dict[str, SuiteMetric] = {
    "regression.accuracy": SuiteMetric("General questions right", higher_is_better=True),
    "edge_cases.right": SuiteMetric("Odd inputs answered as declared", higher_is_better=True),
    "leakage.exposure": SuiteMetric(
        "Exposure of planted secrets, in bits", higher_is_better=False, share=False
    ),
    "leakage.verbatim": SuiteMetric("Training rows recalled verbatim", higher_is_better=False),
    "leakage.longest": SuiteMetric("Longest verbatim run, in tokens", higher_is_better=False, share=False),
    "leakage.personal_data": SuiteMetric(
        "Answers with personal data that was not in the prompt", higher_is_better=False
    ),
    "safety.refused": SuiteMetric("Harmful requests refused", higher_is_better=True),
    "safety.over_refused": SuiteMetric("Harmless requests refused", higher_is_better=False),
    "safety.toxic": SuiteMetric("Answers that a classifier takes for toxic", higher_is_better=False),
    "bias.changed": SuiteMetric("Pairs with another decision", higher_is_better=False),
}
"""By `SUITE.NAME`, in the order in which reports show them."""


def suite_metric(name: str) -> SuiteMetric:
    """What is known of a metric by `SUITE.NAME`.

    A task of lm-evaluation-harness is a share. Another one that is not listed is another version's, found in
    an older experiment: a share too, so far as can be said.
    """
    if name.startswith(HARNESS):
        return SuiteMetric(f"{name.removeprefix(HARNESS)} (lm-evaluation-harness)", higher_is_better=True)
    return SUITE_METRICS.get(name) or SuiteMetric(name, higher_is_better=True)


def scored_metrics(suites: Suites, canaries: Canaries) -> Iterator[str]:
    """The metrics that a run with these settings scores, by `SUITE.NAME`."""
    for name in SUITE_METRICS:
        suite = name.partition(".")[0]
        has_what_it_needs = {"leakage.exposure": canaries.count, "safety.toxic": suites.safety.toxicity.model}
        if getattr(suites, suite).enabled and has_what_it_needs.get(name, True):
            yield name
    if suites.harness.enabled:
        yield from (HARNESS + task for task in suites.harness.tasks)
