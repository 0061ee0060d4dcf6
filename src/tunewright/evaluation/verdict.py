"""The verdict: do the task's acceptance criteria hold, on these predictions, with the confidence asked?

A criterion holds if the lower bound of the interval reaches its minimum and the upper bound does not exceed
its maximum; the value alone does not count. One that even a perfect result could not meet on so few rows
is refused, with the number of rows that would do: `n/(n+z²) >= min` for a score between 0 and 1 (Wilson's
bound of n of n), and for a difference the same bound on the share of rows that might be unlike
(`proportions.rows_needed`). A maximum is a minimum seen from the other end. What is measured once (latency,
memory, cost) has no interval: there the value is compared, and the reason says so.

The limits of the suites (`evaluation.suites.limits`) are judged where the suites are compared, and are part
of the same verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from tunewright.artifacts import read_json, write_json
from tunewright.config.judge_metrics import PREFIX as JUDGE
from tunewright.config.schema.evaluation import Statistics
from tunewright.config.schema.measured import MEASURED
from tunewright.config.schema.task import Contestant, Criterion
from tunewright.config.suite_metrics import PREFIX as SUITES
from tunewright.evaluation.evidence import Evidence, slice_name
from tunewright.evaluation.metrics.score import difference
from tunewright.evaluation.statistics import Interval
from tunewright.proportions import rows_needed


@dataclass(frozen=True)
class Judgement:
    """One criterion, judged.

    Attributes:
        metric, over, min, max, slice: as the criterion declares them.
        confidence: of the interval; means nothing where there is none.
        value: of the tuned model, or of its difference to `over`; null for a slice without rows, and where no
            opinion of a judge could be read.
        low, high: of the interval; null for what is measured once and where there is no value.
        n: test rows that count, of a suite's metric its items; null for what is measured once.
        unit: of the value; empty for a score.
        passed: whether it holds.
        reason: why, in a sentence.
        limit: the key in `evaluation.suites.limits` that asks this; null for a criterion of the task.
        strict: the whole interval must keep the bound; false where only a breach that is shown fails.
    """

    metric: str
    over: Contestant | None
    min: float | None
    confidence: float
    value: float | None
    low: float | None
    high: float | None
    passed: bool
    reason: str
    max: float | None = None
    slice: dict[str, str] | None = None
    n: int | None = None
    unit: str = ""
    limit: str | None = None
    strict: bool = True


@dataclass(frozen=True)
class RowsAsked:
    """A bound, and how many test rows could show it at best; null where no number could."""

    side: Literal["min", "max"]
    bound: float
    rows: int | None


@dataclass(frozen=True)
class Verdict:
    """All criteria, judged.

    Attributes:
        accepted: all criteria and limits hold; where there are none, any model is accepted.
        criteria: those of the task in its order, then the limits of the suites that were asked.
    """

    accepted: bool
    criteria: tuple[Judgement, ...]


def judge(
    acceptance: Sequence[Criterion],
    evidence: Evidence,
    statistics: Statistics,
    limits: Iterable[Judgement] = (),
) -> Verdict:
    """Judge the tuned model by a task's acceptance criteria, and by the limits of its suites.

    Args:
        acceptance: the criteria.
        evidence: all that they can name.
        statistics: resamples of the bootstrap; each criterion brings its own confidence.
        limits: of the suites, judged (see `suites.limits`).

    Raises:
        EvaluationError: a criterion names a metric or contestant that was not scored.
    """
    judged = tuple(
        _measured(criterion, evidence)
        if criterion.metric in MEASURED
        else _scored(criterion, evidence, statistics)
        for criterion in acceptance
    )
    both = (*judged, *limits)
    return Verdict(all(judgement.passed for judgement in both), both)


def write_verdict(path: Path, verdict: Verdict) -> None:
    """Write metrics/acceptance.json."""
    write_json(path, asdict(verdict))


def read_verdict(path: Path) -> Verdict:
    """Read metrics/acceptance.json.

    Raises:
        TunewrightError: the file is missing or damaged.
    """
    raw: dict[str, Any] = read_json(path)
    return Verdict(raw["accepted"], tuple(Judgement(**judgement) for judgement in raw["criteria"]))


def _scored(criterion: Criterion, evidence: Evidence, statistics: Statistics) -> Judgement:
    within = criterion.slice
    if within and (found := evidence.slices[slice_name(within)]).rows == 0:
        reason = f"no test row has {_where(within)}{'; ' if found.meant else ''}{found.meant}"
        return _judgement(criterion, None, None, None, 0, passed=False, reason=reason)
    if criterion.metric.startswith(JUDGE) and criterion.metric not in evidence.scored["tuned"]:
        reason = "no opinion of the judge could be read: see artifacts/judge/exchanges.jsonl"
        return _judgement(criterion, None, None, None, 0, passed=False, reason=reason)
    statistics = statistics.model_copy(update={"confidence": criterion.confidence})
    score = evidence.score("tuned", criterion.metric, within)
    if criterion.over is None:
        interval = score.interval(statistics)
    else:
        interval = difference(score, evidence.score(criterion.over, criterion.metric, within), statistics)
    passed, reason = _decide(criterion, interval, bounded=score.bounds == (0.0, 1.0))
    return _judgement(
        criterion, interval.value, interval.low, interval.high, interval.n, passed=passed, reason=reason
    )


def _measured(criterion: Criterion, evidence: Evidence) -> Judgement:
    found = evidence.measurement(criterion.metric)
    fails = [
        f"{bound:g} is {what}"
        for bound, what, missed in (
            (criterion.min, "asked", criterion.min is not None and found.value < criterion.min),
            (criterion.max, "the most allowed", criterion.max is not None and found.value > criterion.max),
        )
        if missed
    ]
    told = f"{criterion.metric} is {found.value:.4g} {found.unit}"
    reason = f"{'; '.join([told, *fails])}; measured once, so there is no interval"
    return _judgement(
        criterion, found.value, None, None, None, passed=not fails, reason=reason, unit=found.unit
    )


def _judgement(
    criterion: Criterion,
    value: float | None,
    low: float | None,
    high: float | None,
    n: int | None,
    *,
    passed: bool,
    reason: str,
    unit: str = "",
) -> Judgement:
    return Judgement(
        metric=criterion.metric,
        over=criterion.over,
        min=criterion.min,
        confidence=criterion.confidence,
        value=value,
        low=low,
        high=high,
        passed=passed,
        reason=reason,
        max=criterion.max,
        slice=criterion.slice,
        n=n,
        unit=unit,
    )


def _decide(criterion: Criterion, interval: Interval, *, bounded: bool) -> tuple[bool, str]:
    """Whether the criterion holds, and why."""
    if bounded and (refusal := next(_too_few(criterion, interval.n), None)):
        return False, refusal
    sides = [*_side(criterion, interval, "min"), *_side(criterion, interval, "max")]
    failed = [reason for passed, reason in sides if not passed]
    return not failed, "; ".join(failed or [reason for _, reason in sides])


def _too_few(criterion: Criterion, rows: int) -> Iterator[str]:
    """Why even a perfect result could not meet the criterion on so few rows, if it could not."""
    sure = _sure(criterion)
    for asked in rows_asked(criterion):
        bound, needed = asked.bound, asked.rows
        if needed is None:
            fix = "set a minimum below 1" if asked.side == "min" else "set a greater maximum"
            yield f"no test set can show {bound:g} {sure}: {fix}"
        elif rows < needed:
            which = f" with {_where(criterion.slice)}" if criterion.slice else ""
            yield (
                f"needs {needed} {_rows(criterion)}{which}, has {rows}: on fewer, even a perfect result "
                f"cannot show {bound:g} {sure}"
            )


def rows_asked(criterion: Criterion) -> Iterator[RowsAsked]:
    """How many rows each bound of a criterion on a share needs, even of a perfect result."""
    paired = criterion.over is not None
    nothing = 0.0 if paired else 1.0  # what a maximum is seen from: a maximum of 0.1 is a minimum of 0.9
    if criterion.min is not None:
        yield RowsAsked("min", criterion.min, rows_needed(criterion.min, criterion.confidence, paired=paired))
    if criterion.max is not None:
        needed = rows_needed(nothing - criterion.max, criterion.confidence, paired=paired)
        yield RowsAsked("max", criterion.max, needed)


def _side(criterion: Criterion, interval: Interval, side: str) -> Iterator[tuple[bool, str]]:
    """Whether one bound holds, and why; nothing for one that is not asked for."""
    bound = criterion.min if side == "min" else criterion.max
    if bound is None:
        return
    sign = 1 if side == "min" else -1
    word, asked = ("at least", "is asked") if side == "min" else ("at most", "is the most allowed")
    shown = interval.low if side == "min" else interval.high
    what, sure = _what(criterion), _sure(criterion)
    if sign * shown >= sign * bound:
        yield True, f"{what} is {word} {shown:.4f} {sure}; {bound:g} {asked}"
    elif sign * interval.value >= sign * bound:
        yield (
            False,
            f"{what} is {interval.value:.4f}, but on {interval.n} {_rows(criterion)} only {word} "
            f"{shown:.4f} {sure}; {bound:g} {asked}",
        )
    else:
        yield False, f"{what} is {interval.value:.4f}; {bound:g} {asked}"


def _what(criterion: Criterion) -> str:
    what = f"{criterion.metric} over {criterion.over}" if criterion.over else criterion.metric
    return f"{what} where {_where(criterion.slice)}" if criterion.slice else what


def _rows(criterion: Criterion) -> str:
    return "items" if criterion.metric.startswith(SUITES) else "test rows"


def _where(within: dict[str, str]) -> str:
    return " and ".join(f"{name}={value}" for name, value in within.items())


def _sure(criterion: Criterion) -> str:
    return f"with {criterion.confidence:.4g} confidence"
