"""Behind the scores: confusion matrix, labels, values by path, breaches of the schema, slices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tunewright.evaluation.metrics.classification import LabelResult
from tunewright.evaluation.slice_differences import SliceDifference
from tunewright.evaluation.statistics import Interval
from tunewright.reporting import numbers
from tunewright.reporting.differences import shortened
from tunewright.reporting.effects import best_prompted
from tunewright.reporting.inputs import ReportInputs
from tunewright.reporting.names import SHORT, TUNED, metric_name

MOST_BREACHES = 15
MOST_OF_NAME = 120
MOST_CONFUSED = 30
"""Labels of a confusion matrix that can still be read; of more labels the matrix is in details.json alone."""


@dataclass(frozen=True)
class Cell:
    """One cell of the confusion matrix.

    Attributes:
        count: rows.
        share: of the rows with that reference, in percent, for the shade.
        right: on the diagonal.
    """

    count: int
    share: float
    right: bool


@dataclass(frozen=True)
class ConfusionRow:
    """What was answered where one label was right."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Confusion:
    """A contestant's confusion matrix; the last column counts answers outside of the label set."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[ConfusionRow, ...]


@dataclass(frozen=True)
class ResultRow:
    """Precision, recall and F1 of one label or path.

    Attributes:
        name: of the label or path.
        support: how often it stands in the references.
        precision, recall: of the tuned model.
        f1: of each contestant, in their order.
    """

    name: str
    support: str
    precision: str
    recall: str
    f1: tuple[str, ...]


@dataclass(frozen=True)
class Breach:
    """One way of breaking the schema, and how often each contestant did it, in their order."""

    path: str
    kind: str
    counts: tuple[str, ...]


@dataclass(frozen=True)
class SliceRow:
    """One slice; `values` are those of tuned, the other and, unless it is too small, their difference.

    Each value comes with its interval; `test` is empty if it is too small.
    """

    by: str
    value: str
    rows: str
    values: tuple[tuple[str, str], ...]
    test: str
    too_small: bool


@dataclass(frozen=True)
class SliceTable:
    """The slices in the task's first metric, against the better prompt."""

    metric: str
    against: str
    rows: tuple[SliceRow, ...]
    min_rows: int


def confusions(inputs: ReportInputs) -> tuple[Confusion, ...]:
    """The confusion matrices, the tuned model's first; none for other kinds and for too many labels."""
    order = sorted(inputs.contestants, key=lambda who: who != TUNED)
    return tuple(
        _confusion(inputs.contestants[who], inputs.details[who].labels)
        for who in order
        if 0 < len(inputs.details[who].labels) <= MOST_CONFUSED
    )


def _confusion(name: str, labels: Sequence[LabelResult]) -> Confusion:
    rows = tuple(
        ConfusionRow(
            one.label,
            tuple(
                Cell(count, round(100 * count / max(one.support, 1), 1), place == index)
                for place, count in enumerate(one.given)
            ),
        )
        for index, one in enumerate(labels)
    )
    return Confusion(name, (*(one.label for one in labels), "(no label)"), rows)


def label_rows(inputs: ReportInputs) -> tuple[ResultRow, ...]:
    """Each label of a classification; empty for other kinds."""
    return tuple(
        ResultRow(
            tuned.label,
            numbers.count(tuned.support),
            _percent(tuned.precision),
            _percent(tuned.recall),
            tuple(_percent(inputs.details[who].labels[index].f1) for who in inputs.contestants),
        )
        for index, tuned in enumerate(inputs.details[TUNED].labels)
    )


def value_rows(inputs: ReportInputs) -> tuple[ResultRow, ...]:
    """Each path of an extraction's answers; empty for other kinds."""
    f1 = {who: {one.path: one.f1 for one in inputs.details[who].fields} for who in inputs.contestants}
    return tuple(
        ResultRow(
            tuned.path,
            numbers.count(tuned.support),
            _percent(tuned.precision),
            _percent(tuned.recall),
            tuple(_percent(f1[who].get(tuned.path, 0.0)) for who in inputs.contestants),
        )
        for tuned in inputs.details[TUNED].fields
    )


def breaches(inputs: ReportInputs) -> tuple[Breach, ...]:
    """How answers broke the schema: what the tuned model does most first, then what the others do."""
    counts = {
        who: Counter({(one.path, one.kind): one.count for one in inputs.details[who].violations})
        for who in inputs.contestants
    }
    found = sum(counts.values(), Counter[tuple[str, str]]())
    order = sorted(found, key=lambda breach: (-counts[TUNED][breach], -found[breach], breach))
    return tuple(
        Breach(
            shortened(path, MOST_OF_NAME) or "(whole answer)",
            kind,
            tuple(numbers.count(counts[who][path, kind]) for who in inputs.contestants),
        )
        for path, kind in order[:MOST_BREACHES]
    )


def slice_table(inputs: ReportInputs) -> SliceTable | None:
    """The slices; None if there are none."""
    if not inputs.slices:
        return None
    metric = inputs.task.metrics[0]
    return SliceTable(
        metric=metric_name(metric),
        against=SHORT[best_prompted(inputs, metric)],
        rows=tuple(_slice_row(metric, found) for found in inputs.slices),
        min_rows=inputs.evaluation.slices.min_rows,
    )


def _slice_row(metric: str, found: SliceDifference) -> SliceRow:
    gap = found.paired.difference
    difference = numbers.difference(metric, gap.value), numbers.interval(metric, gap.low, gap.high)
    return SliceRow(
        by=found.by,
        value=shortened(found.value, MOST_OF_NAME),
        rows=numbers.count(found.n),
        values=(
            *(_with_interval(metric, one) for one in (found.tuned, found.other)),
            *([] if found.p is None else [difference]),
        ),
        test="" if found.p is None else numbers.p_value(found.p),
        too_small=found.p is None,
    )


def _with_interval(metric: str, score: Interval) -> tuple[str, str]:
    return numbers.score(metric, score.value), numbers.interval(metric, score.low, score.high)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
