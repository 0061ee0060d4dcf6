"""`Evidence`: every number that a criterion can name, looked up by name.

Whatever else is scored becomes nameable by an entry of `scored`, as the suites' metrics are
(`with_further`), or of `measured` if it has no rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tunewright.config.schema.hardware import Price
from tunewright.config.schema.measured import MEASURED, MONEY, WAITS
from tunewright.config.schema.task import Criterion
from tunewright.config.suite_metrics import PREFIX as SUITES
from tunewright.errors import EvaluationError
from tunewright.evaluation.chosen_rows import chosen_rows, nearest_value
from tunewright.evaluation.latency import latency_in
from tunewright.evaluation.metrics.score import Score
from tunewright.evaluation.predictions import Contestant, Prediction

SECONDS_PER_HOUR = 3600
SliceName = tuple[tuple[str, str], ...]
Scored = Mapping[Contestant, Mapping[str, Score]]
"""Contestant -> metric -> score, on the same rows."""


@dataclass(frozen=True)
class Slice:
    """The scores on some of the rows.

    Attributes:
        rows: how many there are.
        scored: of each contestant; empty where there are no rows.
        meant: where there are no rows, the value that was probably meant, as a question.
    """

    rows: int
    scored: Scored
    meant: str = ""


@dataclass(frozen=True)
class Measured:
    """A number that was measured once, in its unit."""

    value: float
    unit: str


@dataclass(frozen=True)
class Evidence:
    """What criteria are judged by.

    Attributes:
        scored: on all test rows; of a suite (`suites.NAME`) on all of its items.
        slices: on those of each slice that a criterion names, by `slice_name`.
        measured: what has no interval.
    """

    scored: Scored
    slices: Mapping[SliceName, Slice] = field(default_factory=dict)
    measured: Mapping[str, Measured] = field(default_factory=dict)

    def score(self, who: Contestant, metric: str, within: Mapping[str, str] | None = None) -> Score:
        """A contestant's score on all rows, or on those of a slice.

        Raises:
            EvaluationError: it was not scored.
        """
        scored = self.scored if within is None else self.slices[slice_name(within)].scored
        try:
            return scored[who][metric]
        except KeyError:
            raise _absent(metric) from None

    def measurement(self, name: str) -> Measured:
        """What was measured under a name.

        Raises:
            EvaluationError: it was not.
        """
        try:
            return self.measured[name]
        except KeyError:
            raise _absent(name) from None


def slice_name(within: Mapping[str, str]) -> SliceName:
    """A slice as a key: its conditions in order of their names."""
    return tuple(sorted(within.items()))


def with_further(scored: Scored, further: Scored, *, prefix: str = "") -> Scored:
    """The scores of the contestants, and further ones of the same, which criteria can name too.

    Args:
        scored: on the test rows.
        further: of suites or of a judge; a contestant need not have any.
        prefix: that criteria put before the further names.
    """
    return {
        who: {**own, **{prefix + name: score for name, score in further.get(who, {}).items()}}
        for who, own in scored.items()
    }


def slices_named(
    acceptance: Iterable[Criterion],
    predictions: Mapping[Contestant, Sequence[Prediction]],
    score: Callable[[Sequence[Prediction]], Mapping[str, Score]],
) -> dict[SliceName, Slice]:
    """Score the slices that criteria name.

    Args:
        acceptance: the criteria.
        predictions: of each contestant, on the same rows in the same order.
        score: scores the predictions of one contestant.
    """
    found: dict[SliceName, Slice] = {}
    for within in (criterion.slice for criterion in acceptance if criterion.slice):
        if slice_name(within) in found:
            continue
        chosen = {who: chosen_rows(rows, within) for who, rows in predictions.items()}
        count = max(map(len, chosen.values()), default=0)
        meant = "" if count else nearest_value(next(iter(predictions.values()), ()), within)
        scored = {who: score(rows) for who, rows in chosen.items()} if count else {}
        found[slice_name(within)] = Slice(count, scored, meant)
    return found


def measured_once(
    timings: Mapping[str, Mapping[str, Any]], train: Mapping[str, Any], rows: int, price: Price | None
) -> dict[str, Measured]:
    """What `MEASURED` names, from the files of a run; amounts of money only where there is a price.

    Args:
        timings: stage -> timings/STAGE.json.
        train: metrics/train.json.
        rows: that the tuned model answered.
        price: of an hour of the hardware.
    """
    evaluate, seconds = timings["evaluate"], timings["train"]["seconds"]
    found = {
        "seconds_per_answer": evaluate["seconds"] / rows,
        "tokens_per_second": evaluate["tokens_per_second"],
        "train_seconds": seconds,
        "validation_loss": train["validation_loss_best"],
    }
    if evaluate.get("engine", "transformers") == "transformers":  # else it is not this process that answers
        found["peak_memory_mb"] = evaluate["peak_memory_mb"]
    if (latency := latency_in(evaluate, "tuned")) is not None:
        found |= {name: getattr(latency, name) for name in WAITS}
    if price is not None:
        per_second = price.amount / SECONDS_PER_HOUR
        found["cost_per_1000_answers"] = 1000 * found["seconds_per_answer"] * per_second
        found["train_cost"] = seconds * per_second
    units = {name: MEASURED[name].unit for name in found}
    return {
        name: Measured(value, price.currency if price and units[name] == MONEY else units[name])
        for name, value in found.items()
    }


def _absent(name: str) -> EvaluationError:
    stages = "base_suites tuned_suites" if name.startswith(SUITES) else "baseline evaluate"
    return EvaluationError(
        f"names {name}, which was not scored", where="task.acceptance", fix=f"dvc repro {stages}"
    )
