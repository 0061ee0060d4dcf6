"""The suites' limits as parts of the verdict: they must hold like the task's criteria."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tunewright.config.schema.evaluation import Statistics
from tunewright.config.schema.suites import Limits
from tunewright.config.suite_metrics import PREFIX
from tunewright.evaluation.suites.judge import SuiteResult, rule_of
from tunewright.evaluation.verdict import Judgement


def limit_judgements(
    results: Sequence[SuiteResult], limits: Limits, statistics: Statistics
) -> Iterator[Judgement]:
    """A judgement for each metric that has a limit, in the suites' order.

    Args:
        results: as compared under these limits.
        limits: what is tolerated; one that is null asks for nothing.
        statistics: the confidence of the intervals.
    """
    for result in results:
        rule = rule_of(result.metric)
        asked = None if rule is None else rule.asked(limits)
        if rule is None or asked is None or result.passed is None:
            continue
        found = result.tuned if rule.of == "tuned" else result.difference
        yield Judgement(
            metric=PREFIX + result.metric,
            over=None if rule.of == "tuned" else "zero_shot",
            min=asked if rule.at_least else None,
            max=None if rule.at_least else asked,
            confidence=statistics.confidence,
            value=found.value,
            low=found.low,
            high=found.high,
            n=found.n,
            passed=result.passed,
            reason=result.reason,
            limit=rule.limit,
            strict=rule.strict,
        )
