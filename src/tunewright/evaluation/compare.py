"""Two contestants on the same rows: differences with intervals, and whether prompting alone suffices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tunewright.config.metrics import metric_of, metrics_of
from tunewright.config.schema.evaluation import Statistics
from tunewright.config.schema.task import Contestant, TaskKind
from tunewright.errors import EvaluationError
from tunewright.evaluation.metrics.score import Score, difference
from tunewright.evaluation.paired import Paired, paired
from tunewright.evaluation.predictions import Prediction
from tunewright.evaluation.statistics import Interval


@dataclass(frozen=True)
class Prompting:
    """How the tuned model does against the better of the prompt-only contestants, or against the reference.

    Attributes:
        suffices: the tuned model is not shown to be better: fine-tuning is then not worth it.
        contestant: the better one in that metric.
        metric: the first in which the tuned model is better; if there is none, the first in which it is
            worse; else the first of the task.
        difference: tuned minus prompt-only, paired.
        sentence: the finding in plain words.
    """

    suffices: bool
    contestant: Contestant
    metric: str
    difference: Interval
    sentence: str


def check_same_rows(first: Sequence[Prediction], second: Sequence[Prediction]) -> None:
    """Make sure that two contestants answered the same rows in the same order.

    Raises:
        EvaluationError: they did not.
    """
    one = [(prediction.id, prediction.reference) for prediction in first]
    other = [(prediction.id, prediction.reference) for prediction in second]
    if one != other:
        raise EvaluationError(
            "contestants answered different rows, so they cannot be compared",
            fix="dvc repro --force baseline evaluate",
        )


def compared(
    first: Mapping[str, Score], second: Mapping[str, Score], statistics: Statistics
) -> dict[str, Paired]:
    """First against second in every metric that both have; the rows must be the same (`check_same_rows`)."""
    return {name: paired(first[name], second[name], statistics) for name in first if name in second}


def prompting_suffices(
    tuned: Mapping[str, Score],
    prompted: Mapping[Contestant, Mapping[str, Score]],
    *,
    kind: TaskKind,
    metrics: Sequence[str],
    statistics: Statistics,
) -> Prompting:
    """Compare the tuned model with the better prompt-only contestant, metric by metric.

    Args:
        tuned: scores of the tuned model.
        prompted: scores of the base model, zero-shot and few-shot, on the same rows.
        kind: of the task.
        metrics: the task's, in order; those that have a direction are compared.
        statistics: of the interval.

    Returns:
        The finding; prompting suffices if no metric's difference has an interval above zero. One that
        both master (every answer fits the schema) does not outweigh one that tuning alone does.
    """
    directed = [name for name in dict.fromkeys(metrics) if metric_of(name).better == "higher"]
    directed = directed or [metrics_of(kind)[0]]
    found = {name: _gap_to_better(tuned, prompted, name, statistics) for name in directed}
    better = [name for name, (_, gap) in found.items() if gap.low > 0]
    worse = [name for name, (_, gap) in found.items() if gap.high < 0]
    metric = next(iter((*better, *worse, *directed)))
    contestant, gap = found[metric]
    suffices = gap.low <= 0
    return Prompting(
        suffices, contestant, metric, gap, _sentence(contestant, metric, gap, statistics.confidence)
    )


def _gap_to_better(
    tuned: Mapping[str, Score],
    prompted: Mapping[Contestant, Mapping[str, Score]],
    metric: str,
    statistics: Statistics,
) -> tuple[Contestant, Interval]:
    """The better prompt-only contestant in a metric, and tuned minus it."""
    contestant = max(prompted, key=lambda name: prompted[name][metric].value())
    return contestant, difference(tuned[metric], prompted[contestant][metric], statistics)


def _sentence(contestant: Contestant, metric: str, gap: Interval, confidence: float) -> str:
    prompting = {
        "zero_shot": "prompting alone (without examples)",
        "few_shot": "prompting alone (with examples)",
        "reference": "the reference",
    }[contestant]
    if gap.low > 0:
        finding = f"The tuned model does better than {prompting}"
    elif gap.high < 0:
        finding = f"The tuned model does worse than {prompting}: do not use it"
    else:
        finding = (
            f"As far as {gap.n} test rows can tell, {prompting} does as well as the tuned model: "
            "fine-tuning is not shown to be worth it"
        )
    numbers = f"{gap.value:+.3f}, {confidence:.0%} interval {gap.low:+.3f} to {gap.high:+.3f}"
    return f"{finding} ({metric}: {numbers})."
