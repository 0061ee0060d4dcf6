"""The verdict: do the task's acceptance criteria hold, on these predictions, with the confidence asked?

A criterion holds if the lower bound of the interval reaches its minimum; the value alone does not
count. One that even a perfect result could not meet on so few rows is refused, with the number of
rows that would do: `n/(n+z²) >= min` for a score between 0 and 1 (Wilson's bound of n of n), and for
a difference the same bound on the share of rows that might be unlike (`proportions.rows_needed`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tunewright.artifacts import read_json, write_json
from tunewright.config.schema.evaluation import Statistics
from tunewright.config.schema.task import Contestant, Criterion
from tunewright.errors import EvaluationError
from tunewright.evaluation.metrics.score import Score, difference
from tunewright.evaluation.statistics import Interval
from tunewright.proportions import rows_needed


@dataclass(frozen=True)
class Judgement:
    """One criterion, judged.

    Attributes:
        metric, over, min, confidence: as the criterion declares them.
        value, low, high: of the tuned model, or of its difference to `over`.
        passed: whether it holds.
        reason: why, in a sentence.
    """

    metric: str
    over: Contestant | None
    min: float
    confidence: float
    value: float
    low: float
    high: float
    passed: bool
    reason: str


@dataclass(frozen=True)
class Verdict:
    """All criteria, judged.

    Attributes:
        accepted: every criterion holds; a task without criteria accepts any model.
        criteria: in the order of the task.
    """

    accepted: bool
    criteria: tuple[Judgement, ...]


def judge(
    acceptance: Sequence[Criterion],
    tuned: Mapping[str, Score],
    prompted: Mapping[Contestant, Mapping[str, Score]],
    statistics: Statistics,
) -> Verdict:
    """Judge the tuned model's scores by a task's acceptance criteria.

    Args:
        acceptance: the criteria.
        tuned: scores of the tuned model.
        prompted: scores of the base model on the same rows, by contestant.
        statistics: resamples of the bootstrap; each criterion brings its own confidence.

    Raises:
        EvaluationError: a criterion names a metric or contestant that was not scored.
    """
    judged = tuple(_judge(criterion, tuned, prompted, statistics) for criterion in acceptance)
    return Verdict(all(judgement.passed for judgement in judged), judged)


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


def _judge(
    criterion: Criterion,
    tuned: Mapping[str, Score],
    prompted: Mapping[Contestant, Mapping[str, Score]],
    statistics: Statistics,
) -> Judgement:
    statistics = statistics.model_copy(update={"confidence": criterion.confidence})
    score = _scored(tuned, criterion.metric)
    if criterion.over is None:
        interval = score.interval(statistics)
    else:
        other = _scored(prompted.get(criterion.over, {}), criterion.metric)
        interval = difference(score, other, statistics)
    passed, reason = _decide(criterion, interval, bounded=score.bounds == (0.0, 1.0))
    return Judgement(
        metric=criterion.metric,
        over=criterion.over,
        min=criterion.min,
        confidence=criterion.confidence,
        value=interval.value,
        low=interval.low,
        high=interval.high,
        passed=passed,
        reason=reason,
    )


def _decide(criterion: Criterion, interval: Interval, *, bounded: bool) -> tuple[bool, str]:
    """Whether the criterion holds, and why."""
    sure = f"with {criterion.confidence:.4g} confidence"
    if bounded:
        needed = rows_needed(criterion.min, criterion.confidence, paired=criterion.over is not None)
        if needed is None:
            return False, f"no test set can show {criterion.min:g} {sure}: set a minimum below 1"
        if interval.n < needed:
            return False, (
                f"needs {needed} test rows, has {interval.n}: on fewer, even a perfect result "
                f"cannot show {criterion.min:g} {sure}"
            )
    what = f"{criterion.metric} over {criterion.over}" if criterion.over else criterion.metric
    if interval.low >= criterion.min:
        return True, f"{what} is at least {interval.low:.4f} {sure}; {criterion.min:g} is asked"
    if interval.value >= criterion.min:
        return False, (
            f"{what} is {interval.value:.4f}, but on {interval.n} test rows only at least "
            f"{interval.low:.4f} {sure}; {criterion.min:g} is asked"
        )
    return False, f"{what} is {interval.value:.4f}; {criterion.min:g} is asked"


def _scored(scores: Mapping[str, Score], metric: str) -> Score:
    try:
        return scores[metric]
    except KeyError:
        raise EvaluationError(
            f"names {metric}, which was not scored",
            where="task.acceptance",
            fix="dvc repro baseline evaluate",
        ) from None
