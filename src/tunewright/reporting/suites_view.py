"""The section "Beyond the task": what the suites found, as texts for the template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tunewright.evaluation.statistics import Interval
from tunewright.evaluation.suites.judge import SuiteResult
from tunewright.reporting import numbers
from tunewright.reporting.differences import shortened

PER_GROUP_FROM = 2
"""Categories are listed from so many on."""


@dataclass(frozen=True)
class SuiteRow:
    """One metric: values and intervals as texts; `status` is pass, fail, or empty where nothing is asked."""

    metric: str
    title: str
    items: str
    base: str
    base_interval: str
    tuned: str
    tuned_interval: str
    difference: str
    difference_interval: str
    status: str
    reason: str
    groups: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True)
class SuiteExample:
    """An item that the tuned model fails."""

    title: str
    id: str
    prompt: str
    answer: str
    expected: str


def suite_rows(results: Sequence[SuiteResult]) -> tuple[SuiteRow, ...]:
    """A row a metric, in the suites' order."""
    return tuple(_row(result) for result in results)


def suite_examples(results: Sequence[SuiteResult]) -> tuple[SuiteExample, ...]:
    """A few failing items of each metric."""
    return tuple(
        SuiteExample(
            result.title,
            shortened(item.id),
            shortened(item.prompt),
            shortened(item.answer),
            shortened(item.expected),
        )
        for result in results
        for item in result.failing
    )


def _row(result: SuiteResult) -> SuiteRow:
    return SuiteRow(
        metric=result.metric,
        title=result.title,
        items=numbers.count(result.tuned.n),
        base=_value(result, result.base.value),
        base_interval=_interval(result, result.base),
        tuned=_value(result, result.tuned.value),
        tuned_interval=_interval(result, result.tuned),
        difference=_difference(result),
        difference_interval=_interval(result, result.difference),
        status="" if result.passed is None else "pass" if result.passed else "fail",
        reason=result.reason,
        groups=tuple(
            (group, numbers.count(count), numbers.count(base), numbers.count(tuned))
            for group, (count, base, tuned) in result.by_group.items()
        )
        if len(result.by_group) >= PER_GROUP_FROM
        else (),
    )


def _value(result: SuiteResult, value: float) -> str:
    return numbers.score(result.metric, value) if result.share else numbers.decimal(value)


def _difference(result: SuiteResult) -> str:
    if result.share:
        return numbers.difference(result.metric, result.difference.value)
    return numbers.signed(result.difference.value)


def _interval(result: SuiteResult, interval: Interval) -> str:
    if result.share:
        return numbers.interval(result.metric, interval.low, interval.high)
    return numbers.plain_interval(interval.low, interval.high)
