"""`effects`: what tuning clearly made better and worse, whatever table it stands in; the one list.

The report's first screen, report.md and report.json all take it from here. Fields and slices are many, so
theirs are tested together (Holm); the task's metrics are the few that the task names, and the suites' have
the interval that their own table shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from tunewright.config.metrics import FIELD, gain, metric_of
from tunewright.config.suite_metrics import suite_metric
from tunewright.evaluation.paired import holm
from tunewright.evaluation.predictions import Contestant
from tunewright.evaluation.statistics import Interval
from tunewright.reporting.inputs import ReportInputs
from tunewright.reporting.names import PROMPTED, TUNED, metric_name

TOKENS = ("prompt_tokens", "answer_tokens")
"""What production pays for, whatever the machine."""
Kind = Literal["metric", "suite", "tokens", "slice", "field"]


@dataclass(frozen=True)
class Effect:
    """One difference between the tuned model and the one that it is compared with, on the same rows.

    Attributes:
        kind: metric (of the task), suite, tokens (a row), slice (the first metric there) or field.
        name: of the metric.
        title: of the metric, in words.
        slice: `FIELD=VALUE`, if the kind is slice; else empty.
        against: the base model with its better prompt; in a suite the base model without examples.
        better: whether the difference is for the better; else for the worse.
        tuned, other: both values with their intervals.
        difference: tuned minus other, with the interval of a paired bootstrap.
    """

    kind: Kind
    name: str
    title: str
    slice: str
    against: Contestant
    better: bool
    tuned: Interval
    other: Interval
    difference: Interval


def effects(inputs: ReportInputs) -> tuple[Effect, ...]:
    """All clear differences: those of the task's metrics first, then suites, tokens, slices and fields."""
    return (
        *_of_metrics(inputs),
        *_of_suites(inputs),
        *_of_tokens(inputs),
        *_of_slices(inputs),
        *_of_fields(inputs),
    )


def best_prompted(inputs: ReportInputs, metric: str) -> Contestant:
    """The base model's better contestant in a metric; few-shot where they are equal."""
    zero, few = (inputs.scores[who][metric].value for who in PROMPTED)
    return PROMPTED[0] if gain(metric, zero, few) > 0 else PROMPTED[1]


def direction(metric: str, difference: Interval) -> int:
    """1 if the whole interval of a difference is for the better, -1 if for the worse, 0 if it holds zero."""
    sign = -1 if metric_of(metric).better == "lower" else 1
    return sign * _side(difference)


def _is_better(metric: str, difference: Interval) -> bool:
    """Whether the difference itself is for the better."""
    return (difference.value < 0) == (metric_of(metric).better == "lower")


def _side(difference: Interval) -> int:
    return int(difference.low > 0) - int(difference.high < 0)


def _of_metrics(inputs: ReportInputs) -> Iterator[Effect]:
    for metric in dict.fromkeys(inputs.task.metrics):
        against = best_prompted(inputs, metric)
        gap = inputs.paired[metric][against].difference
        if metric_of(metric).better != "one" and direction(metric, gap):
            yield _effect(inputs, "metric", metric, against)


def _of_suites(inputs: ReportInputs) -> Iterator[Effect]:
    for result in inputs.suites:
        side = _side(result.difference)
        if side == 0:
            continue
        yield Effect(
            kind="suite",
            name=result.metric,
            title=result.title,
            slice="",
            against="zero_shot",
            better=(side > 0) == suite_metric(result.metric).higher_is_better,
            tuned=result.tuned,
            other=result.base,
            difference=result.difference,
        )


def _of_tokens(inputs: ReportInputs) -> Iterator[Effect]:
    """Of a request, where they were counted and the task does not name them itself."""
    against = best_prompted(inputs, inputs.task.metrics[0])
    for metric in TOKENS:
        if metric in inputs.paired and metric not in inputs.task.metrics:
            gap = inputs.paired[metric][against].difference
            if _side(gap):
                yield replace(_effect(inputs, "tokens", metric, against), better=gap.value < 0)


def _of_slices(inputs: ReportInputs) -> Iterator[Effect]:
    """Where the whole is clearly better or worse, only the slices that are not so tell anything new."""
    metric = inputs.task.metrics[0]
    if metric_of(metric).better == "one":
        return
    against = best_prompted(inputs, metric)
    whole = direction(metric, inputs.paired[metric][against].difference)
    for found in inputs.slices:
        better = _is_better(metric, found.paired.difference)
        if found.p is not None and found.p < _alpha(inputs) and whole != (1 if better else -1):
            yield Effect(
                kind="slice",
                name=metric,
                title=metric_name(metric),
                slice=f"{found.by}={found.value}",
                against=against,
                better=better,
                tuned=found.tuned,
                other=found.other,
                difference=found.paired.difference,
            )


def _of_fields(inputs: ReportInputs) -> Iterator[Effect]:
    fields = [name for name in inputs.paired if name.startswith(FIELD) and name in inputs.scores[TUNED]]
    rivals = [best_prompted(inputs, name) for name in fields]
    ps = holm([inputs.paired[name][who].p for name, who in zip(fields, rivals, strict=True)])
    for name, who, p in zip(fields, rivals, ps, strict=True):
        if p < _alpha(inputs):
            yield _effect(inputs, "field", name, who)


def _effect(inputs: ReportInputs, kind: Kind, metric: str, against: Contestant) -> Effect:
    tuned, other = (inputs.scores[who][metric] for who in (TUNED, against))
    gap = inputs.paired[metric][against].difference
    return Effect(
        kind=kind,
        name=metric,
        title=metric_name(metric),
        slice="",
        against=against,
        better=_is_better(metric, gap),
        tuned=tuned,
        other=other,
        difference=gap,
    )


def _alpha(inputs: ReportInputs) -> float:
    """How likely chance alone may make one of many differences."""
    return 1 - inputs.evaluation.statistics.confidence
