"""The comparison as a table: what differs in columns, what all share beneath."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tunewright.config.judge_metrics import WIN_RATE
from tunewright.evaluation.statistics import Interval
from tunewright.experiments.columns import differing, labels, value_of
from tunewright.experiments.experiment import Experiment, Value
from tunewright.experiments.git_files import WORKSPACE
from tunewright.experiments.ranking import LOSS, SECONDS, best_first, first_metric
from tunewright.experiments.tradeoff import unbeaten
from tunewright.reporting import numbers
from tunewright.reporting.names import PROMPTED, SHORT
from tunewright.reporting.templates import markdown_text, visible

LONGEST_VALUE = 32
"""Characters of a setting in a table for people."""


@dataclass(frozen=True)
class Comparison:
    """Experiments side by side.

    Attributes:
        experiments: best first.
        by: what they are ranked by.
        settings: keys of the settings that differ.
        metrics: that are shown, most important first.
        objectives: what the Pareto front is of; `by` alone if there is none.
    """

    experiments: tuple[Experiment, ...]
    by: str
    settings: tuple[str, ...]
    metrics: tuple[str, ...]
    objectives: tuple[str, ...] = ()

    @cached_property
    def front(self) -> frozenset[str]:
        """Names of the experiments that none beats in all objectives; none with a single objective."""
        return unbeaten(self.experiments, self.objectives) if len(self.objectives) > 1 else frozenset()

    @cached_property
    def same_base(self) -> bool:
        """Whether the base model has the same scores in all of them."""
        return len({repr(_base(one)) for one in self.experiments if one.tuned}) <= 1

    @cached_property
    def same_reference(self) -> bool:
        """Whether the reference has the same scores in all of them; none is a score too."""
        return len({repr(_reference(one)) for one in self.experiments if one.tuned}) <= 1

    @cached_property
    def same_test_rows(self) -> bool:
        """Whether all were scored on the same test rows, so that their numbers can be compared."""
        return len({one.test_rows for one in self.experiments if one.tuned}) <= 1

    @cached_property
    def same_baseline(self) -> bool:
        """Whether all were started on the same commit."""
        return len({one.baseline for one in self.experiments if one.baseline}) <= 1


def compare(experiments: Sequence[Experiment], by: str | None = None, *also: str) -> Comparison:
    """Put experiments side by side.

    Args:
        experiments: of the project.
        by: metric to rank by; null for the task's first.
        also: further objectives: whom none beats in all of them is marked.

    Raises:
        UsageError: there is no such metric, or nothing was computed.
    """
    metric = first_metric(experiments, by)
    objectives = tuple(dict.fromkeys([metric, *(first_metric(experiments, one) for one in also)]))
    ranked = best_first(experiments, metric)
    shown = [*objectives, *(name for one in ranked for name in one.metrics)]
    metrics = tuple(name for name in dict.fromkeys(shown) if name not in (LOSS, SECONDS))
    return Comparison(tuple(ranked), metric, differing(experiments), metrics, objectives)


def as_text(comparison: Comparison) -> str:
    """For a terminal: columns aligned, the base model's scores and warnings beneath."""
    rows = table(comparison)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
    return "\n".join([*lines, *notes(comparison)])


def as_markdown(comparison: Comparison) -> str:
    """A markdown table, as for a pull request."""
    head, *rows = [[markdown_text(cell) for cell in row] for row in table(comparison)]
    lines = [head, ["---"] * len(head), *rows]
    told = [f"\n{markdown_text(note)}" for note in notes(comparison)]
    return "\n".join([*(f"| {' | '.join(line)} |" for line in lines), *told])


def table(comparison: Comparison) -> list[list[str]]:
    """Cells for people, the heading first."""
    short = labels(comparison.settings)
    head = ["experiment", *(short[key] for key in comparison.settings), *comparison.metrics]
    rows = [head + [title for title, _ in _further(comparison, comparison.experiments[0])]]
    told = {key: texts(comparison.experiments, key) for key in comparison.settings}
    for place, one in enumerate(comparison.experiments):
        settings = [told[key][place] for key in comparison.settings]
        scores = [score_text(metric, one.tuned.get(metric)) for metric in comparison.metrics]
        rows.append([visible(one.name), *settings, *scores, *(cell for _, cell in _further(comparison, one))])
    return rows


def texts(experiments: Sequence[Experiment], key: str) -> list[str]:
    """A setting of each experiment as short text; unlike values give unlike texts."""
    values = [value_of(one, key) for one in experiments]
    known = [one.complete or key in one.settings for one in experiments]
    whole = [_value(value) if there else "–" for value, there in zip(values, known, strict=True)]
    short = [text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…" for text in whole]
    if len(set(short)) == len(set(whole)):
        return short
    numbered = {text: number for number, text in enumerate(dict.fromkeys(whole), start=1)}
    return [f"({numbered[text]}) {cut}" for text, cut in zip(whole, short, strict=True)]


def notes(comparison: Comparison) -> list[str]:
    """What all share, and what a reader must not miss."""
    measured = [one for one in comparison.experiments if one.tuned]
    found = []
    if measured and comparison.same_base:
        for who in PROMPTED:
            scores = measured[0].scores.get(who, {})
            told = ", ".join(f"{m} {score_text(m, scores.get(m))}" for m in comparison.metrics if m in scores)
            if told:
                found.append(f"base model, {SHORT[who]}: {told}")
    if measured and comparison.same_reference and (other := measured[0].scores.get("reference")):
        told = ", ".join(f"{m} {score_text(m, other[m])}" for m in comparison.metrics if m in other)
        found.append(f"reference, {reference_title(measured[0])}: {told}")
    found += _judges(measured)
    if not comparison.same_test_rows:
        found.append("not all were scored on the same test rows: compare only those with the same letters")
    if any(one.state == "changed" for one in measured):
        found.append(f"{WORKSPACE}: settings changed since its results were computed; type: dvc repro")
    if {one.name for one in comparison.experiments} == {WORKSPACE}:
        found.append("there are no experiments yet: `tunewright run -m method=lora,qlora` makes some")
    return found


def reference_title(one: Experiment) -> str:
    """What the reference is called (see `Reference.title`)."""
    key = "evaluation.reference"
    name = value_of(one, f"{key}.name") or value_of(one, f"{key}.endpoint.model") or "reference"
    return visible(" ".join(str(name).split()))


def _judges(measured: Sequence[Experiment]) -> list[str]:
    """Who judged, and against whom: a line for each judge, most often one."""
    key = "evaluation.judge"
    judges = {
        (
            value_of(one, f"{key}.folder") or value_of(one, f"{key}.endpoint.model"),
            value_of(one, f"{key}.against"),
        )
        for one in measured
        if WIN_RATE in one.tuned
    }
    return [
        f"{WIN_RATE}: against {SHORT.get(rival, rival)}, judged by {visible(str(judge))}; "
        "50 % means equally good"
        for judge, rival in sorted(judges, key=str)
    ]


def score_text(metric: str, score: Interval | None) -> str:
    """`76.5 % [72.3, 80.9]`."""
    if score is None:
        return "–"
    return f"{numbers.score(metric, score.value)} {numbers.interval(metric, score.low, score.high)}".strip()


def state_text(experiment: Experiment) -> str:
    """The state, of one that was given up with its last validation loss."""
    loss = experiment.last_loss
    return experiment.state if loss is None else f"{experiment.state} at loss {numbers.decimal(loss)}"


def verdict_text(experiment: Experiment) -> str:
    """The verdict in a word; a dash where nothing was judged."""
    return {True: "accepted", False: "not accepted", None: "–"}[experiment.accepted]


def _further(comparison: Comparison, one: Experiment) -> list[tuple[str, str]]:
    """The columns behind the metrics: heading and cell."""
    cells = []
    if not comparison.same_base:
        cells.append(("best prompt", _best_prompt(comparison, one)))
    if not comparison.same_reference:
        metric = comparison.metrics[0]
        cells.append(("reference", score_text(metric, one.scores.get("reference", {}).get(metric))))
    if len(comparison.objectives) > 1:
        cells.append(("front", "yes" if one.name in comparison.front else "–"))
    if LOSS in (comparison.by, *comparison.objectives):
        cells.append(("loss", "–" if one.validation_loss is None else numbers.decimal(one.validation_loss)))
    if not comparison.same_test_rows:
        cells.append(("test rows", one.test_rows or "–"))
    if not comparison.same_baseline:
        cells.append(("on", one.baseline[:7] or "–"))
    seconds = one.train_seconds
    cells.append(("training", "–" if seconds is None else numbers.duration(seconds)))
    return [*cells, ("verdict", verdict_text(one)), ("state", state_text(one))]


def _best_prompt(comparison: Comparison, one: Experiment) -> str:
    metric = comparison.metrics[0]
    scores = [found for who in PROMPTED if (found := one.scores.get(who, {}).get(metric)) is not None]
    return score_text(metric, max(scores, key=lambda score: score.value, default=None))


def _reference(one: Experiment) -> list[Any]:
    return sorted(one.scores.get("reference", {}).items())


def _base(one: Experiment) -> list[Any]:
    return [sorted(one.scores.get(who, {}).items()) for who in PROMPTED]


def _value(value: Value) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return " ".join(
        visible(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).split()
    )
