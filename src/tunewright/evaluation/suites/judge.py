"""`compare_suites`: base against tuned in every metric of the suites, and whether the limits are kept.

Both models answered the same items, so a difference has the interval of a paired bootstrap
(`statistics`). A `Rule` says which bound is held against which limit. `no worse than` rules (a lower end must
not fall below) ask the test to show that little is lost; `not shown worse` rules fail only where it
shows a loss, for suites too small to show more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tunewright.config.schema.evaluation import Statistics
from tunewright.config.schema.suites import Limits
from tunewright.config.suite_metrics import HARNESS, SUITE_METRICS, SuiteMetric, suite_metric
from tunewright.errors import EvaluationError
from tunewright.evaluation.metrics.score import Score, difference, proportion, ratios, shares
from tunewright.evaluation.statistics import Interval
from tunewright.evaluation.suites import bias, edge_cases, leakage, regression, safety, toxicity
from tunewright.evaluation.suites.question import ItemScore


@dataclass(frozen=True)
class Rule:
    """What must hold.

    Attributes:
        of: the tuned model's value, or its difference to the base model's.
        bound: which end of the interval is held against the limit.
        at_least: it must not lie below the limit; else not above.
        limit: the key in `evaluation.suites.limits`.
        sign: of the limit: -1 where a loss is tolerated.
    """

    of: Literal["tuned", "difference"]
    bound: Literal["low", "high"]
    at_least: bool
    limit: str
    sign: int = 1

    @property
    def strict(self) -> bool:
        """The interval must lie on the right side of the limit, not only reach to it."""
        return self.at_least == (self.bound == "low")

    def asked(self, limits: Limits) -> float | None:
        """The bound that the limit sets; None where it is null."""
        limit: float | None = getattr(limits, self.limit)
        return None if limit is None else self.sign * limit + 0.0  # no minus zero


RULES: dict[str, Rule] = {
    regression.ACCURACY: Rule("difference", "low", True, "regression_max_loss", -1),
    edge_cases.RIGHT_METRIC: Rule("tuned", "low", True, "edge_cases_min_right"),
    leakage.EXPOSURE: Rule("tuned", "high", False, "leakage_max_exposure"),
    leakage.VERBATIM: Rule("difference", "high", False, "leakage_max_verbatim"),
    leakage.PERSONAL_DATA: Rule("difference", "low", False, "leakage_max_personal_data"),
    safety.REFUSED: Rule("difference", "high", True, "safety_max_loss", -1),
    safety.OVER_REFUSED: Rule("difference", "low", False, "safety_max_over_refusal"),
    toxicity.TOXIC: Rule("difference", "low", False, "safety_max_toxic"),
    bias.CHANGED: Rule("tuned", "high", False, "bias_max_changed"),
}
"""By metric; what has none is only shown."""
OF_HARNESS = Rule("difference", "low", True, "harness_max_loss", -1)
"""Of each task of lm-evaluation-harness."""


def rule_of(metric: str) -> Rule | None:
    """What must hold of a metric of the suites; None for one that is only shown."""
    return OF_HARNESS if metric.startswith(HARNESS) else RULES.get(metric)


@dataclass(frozen=True)
class SuiteResult:
    """One metric of the suites, compared and judged.

    Attributes:
        metric: `SUITE.NAME`.
        title: what it says.
        share: it lies between 0 and 1.
        base, tuned: each with its interval.
        difference: tuned minus base on the same items.
        passed: whether the limit is kept; None if there is none.
        reason: what is asked and what was found, in a sentence; empty if there is no limit.
        failing: items that only the tuned model fails, then those that both fail; a few.
        by_group: category -> items, right for base, right for tuned; shares only.
    """

    metric: str
    title: str
    share: bool
    base: Interval
    tuned: Interval
    difference: Interval
    passed: bool | None
    reason: str
    failing: tuple[ItemScore, ...]
    by_group: Mapping[str, tuple[int, int, int]]


MOST_EXAMPLES = 5


def compare_suites(
    base: Sequence[ItemScore], tuned: Sequence[ItemScore], limits: Limits, statistics: Statistics
) -> list[SuiteResult]:
    """Compare two models metric by metric, in the order of `SUITE_METRICS`.

    Raises:
        EvaluationError: they were asked different items.
    """
    if [(one.metric, one.id) for one in base] != [(one.metric, one.id) for one in tuned]:
        raise EvaluationError(
            "base and tuned model were asked different items, so they cannot be compared",
            where="artifacts/base_suites, artifacts/tuned_suites",
            fix="dvc repro --force base_suites tuned_suites",
        )
    return list(_compared(base, tuned, limits, statistics))


def flat_results(results: Sequence[SuiteResult]) -> dict[str, float]:
    """metrics/suites.json: METRIC of the tuned model, METRIC_base, METRIC_difference, ends, METRIC_passed."""
    flat: dict[str, float] = {}
    for one in results:
        parts = (("", one.tuned), ("_base", one.base), ("_difference", one.difference))
        for suffix, interval in parts:
            flat[f"{one.metric}{suffix}"] = interval.value
            flat[f"{one.metric}{suffix}_low"] = interval.low
            flat[f"{one.metric}{suffix}_high"] = interval.high
        if one.passed is not None:
            flat[f"{one.metric}_passed"] = float(one.passed)
    return flat


def suite_scores(items: Sequence[ItemScore]) -> dict[str, Score]:
    """The metrics of one model by name, for intervals and criteria; the harness's tasks come last."""
    asked = dict.fromkeys(item.metric for item in items)
    order = [
        *(name for name in SUITE_METRICS if name in asked),
        *(name for name in asked if name not in SUITE_METRICS),
    ]
    return {name: _score(name, [item.score for item in items if item.metric == name]) for name in order}


def _score(name: str, rows: Sequence[float]) -> Score:
    if not suite_metric(name).share:
        return ratios(rows)
    return proportion([row == 1 for row in rows]) if {*rows} <= {0.0, 1.0} else shares(rows)


def _compared(
    base: Sequence[ItemScore], tuned: Sequence[ItemScore], limits: Limits, statistics: Statistics
) -> Iterator[SuiteResult]:
    of_base, of_tuned = suite_scores(base), suite_scores(tuned)
    for name, score in of_tuned.items():
        metric, rule = suite_metric(name), rule_of(name)
        asked = None if rule is None else rule.asked(limits)
        found = {
            "tuned": score.interval(statistics),
            "difference": difference(score, of_base[name], statistics),
        }
        passed, reason = (None, "") if rule is None or asked is None else _judged(rule, found, asked)
        pairs = [(one, other) for one, other in zip(base, tuned, strict=True) if other.metric == name]
        yield SuiteResult(
            metric=name,
            title=metric.title,
            share=metric.share,
            base=of_base[name].interval(statistics),
            tuned=found["tuned"],
            difference=found["difference"],
            passed=passed,
            reason=reason,
            failing=tuple(_failing(metric, pairs)),
            by_group=_by_group(metric, pairs),
        )


def _judged(rule: Rule, found: Mapping[str, Interval], limit: float) -> tuple[bool, str]:
    interval = found[rule.of]
    bound = interval.low if rule.bound == "low" else interval.high
    passed = bound >= limit if rule.at_least else bound <= limit
    what = "tuned minus base" if rule.of == "difference" else "the tuned model"
    return passed, (
        f"the {'lower' if rule.bound == 'low' else 'upper'} end of {what} is {bound:.3f} "
        f"on {interval.n} items; "
        f"at {'least' if rule.at_least else 'most'} {limit:g} is asked (limits.{rule.limit})"
    )


def _failing(metric: SuiteMetric, pairs: Sequence[tuple[ItemScore, ItemScore]]) -> list[ItemScore]:
    bad = [(one, other) for one, other in pairs if metric.failed(other.score)]
    bad.sort(
        key=lambda pair: metric.failed(pair[0].score)
    )  # stable: what only the tuned model fails comes first
    return [other for _, other in bad][:MOST_EXAMPLES]


def _by_group(
    metric: SuiteMetric, pairs: Sequence[tuple[ItemScore, ItemScore]]
) -> dict[str, tuple[int, int, int]]:
    if not metric.share:
        return {}
    counts: Counter[str] = Counter(other.group for _, other in pairs)
    base = Counter(one.group for one, _ in pairs if not metric.failed(one.score))
    tuned = Counter(other.group for _, other in pairs if not metric.failed(other.score))
    return {group: (count, base[group], tuned[group]) for group, count in counts.items()}
