"""Two models row by row: as lines for a terminal, as markdown for a pull request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright.evaluation.row_changes import Outcome, RowChange, RowChanges
from tunewright.reporting import numbers
from tunewright.reporting.differences import shortened
from tunewright.reporting.names import metric_name
from tunewright.reporting.preview_text import shown
from tunewright.reporting.templates import fenced, markdown_text

OUTCOMES: dict[Outcome, str] = {
    "fixed": "fixed",
    "broken": "broken",
    "both_right": "right in both",
    "both_wrong": "wrong in both",
    "better": "better",
    "worse": "worse",
    "unchanged": "unchanged",
}
CHANGED: tuple[Outcome, ...] = ("fixed", "broken", "better", "worse")
"""Of which rows are shown."""
LEAST_P = 0.0001


@dataclass(frozen=True)
class ChangesView:
    """What is printed.

    Attributes:
        first, second: names of the two.
        changes: what was found.
        notes: what a reader must know besides: rows left out, another contract.
        show: rows to print of each outcome that changed.
        confidence: of the intervals.
    """

    first: str
    second: str
    changes: RowChanges
    notes: tuple[str, ...]
    show: int
    confidence: float


def changes_text(view: ChangesView) -> str:
    """Scores, counts, test and rows; what a terminal would obey or not show is written out."""
    found = view.changes
    names = [shown(view.first), shown(view.second), "difference"]
    width = max(map(len, names))
    values = [value for value, _ in _scores(found)]
    widest = max(map(len, values))
    lines = [f"{metric_name(found.metric)}, {len(found.rows)} test rows"]
    lines += [
        f"{name:<{width}}  {value:>{widest}} {interval}"
        for name, (value, interval) in zip(names, _scores(found), strict=True)
    ]
    lines += ["", _counts(found), shown(_test(view)), *(f"note: {shown(note)}" for note in view.notes)]
    for outcome, rows, of in _examples(view):
        lines += ["", f"{OUTCOMES[outcome]}, {len(rows)} of {of}:"]
        for row in rows:
            lines += [f"  {shown(row.first.id)}{_grades(found, row)}"]
            lines += [
                f"    {name}: {shown(shortened(text)).replace(chr(10), chr(10) + '      ')}"
                for name, text in _texts(view, row)
            ]
    return "\n".join(lines)


def changes_markdown(view: ChangesView) -> str:
    """The same as markdown; rows in blocks that nothing in them can end."""
    found = view.changes
    names = [view.first, view.second, "difference"]
    lines = [
        f"### {markdown_text(f'{view.first} → {view.second}')}",
        "",
        f"| {markdown_text(metric_name(found.metric))} | {len(found.rows)} test rows | Interval |",
        "|---|---:|---|",
        *(
            f"| {markdown_text(name)} | {value} | {markdown_text(interval)} |"
            for name, (value, interval) in zip(names, _scores(found), strict=True)
        ),
        "",
        markdown_text(f"{_counts(found)}. {_test(view)}."),
        *(f"\n> {markdown_text(note)}" for note in view.notes),
    ]
    for outcome, rows, of in _examples(view):
        lines += ["", f"#### {OUTCOMES[outcome].capitalize()}, {len(rows)} of {of}"]
        for row in rows:
            lines += ["", markdown_text(f"{row.first.id}{_grades(found, row)}"), ""]
            lines += [fenced("\n\n".join(f"{name}:\n{shortened(text)}" for name, text in _texts(view, row)))]
    return "\n".join(lines)


def _scores(found: RowChanges) -> list[tuple[str, str]]:
    """Value and interval of the first, of the second and of the difference."""
    metric = found.metric
    three = (
        (found.first, numbers.score),
        (found.second, numbers.score),
        (found.difference, numbers.difference),
    )
    return [(write(metric, one.value), numbers.interval(metric, one.low, one.high)) for one, write in three]


def _counts(found: RowChanges) -> str:
    return ", ".join(f"{len(found.of(outcome))} {OUTCOMES[outcome]}" for outcome in found.outcomes)


def _test(view: ChangesView) -> str:
    """What the rows show, by the test that fits the metric."""
    found, sure = view.changes, f"{100 * view.confidence:g} %"
    change = "better" if found.difference.value > 0 else "worse"
    if found.p_value is None:
        clear = found.difference.low > 0 or found.difference.high < 0
        verdict = f"{view.second} is shown to be {change}" if clear else "no difference is shown"
        return f"{verdict} (paired bootstrap, {sure} interval)"
    clear = found.p_value < 1 - view.confidence
    p = f"p = {found.p_value:.4f}" if found.p_value >= LEAST_P else f"p < {LEAST_P}"
    verdict = f"{view.second} is shown to be {change}" if clear else "no difference is shown"
    return f"{verdict} (McNemar's exact test, {p}, against {1 - view.confidence:.4g})"


def _examples(view: ChangesView) -> Iterator[tuple[Outcome, tuple[RowChange, ...], int]]:
    """Outcome, rows to show, and how many there are of it."""
    for outcome in CHANGED:
        rows = view.changes.of(outcome)
        if rows and view.show:
            yield outcome, rows[: view.show], len(rows)


def _grades(found: RowChanges, row: RowChange) -> str:
    """The row's scores, where it has grades."""
    if found.p_value is not None:
        return ""
    before, after = (numbers.score(found.metric, score) for score in (row.first_score, row.second_score))
    return f" {before} → {after}"


def _texts(view: ChangesView, row: RowChange) -> list[tuple[str, str]]:
    return [
        ("prompt", row.first.prompt),
        ("reference", row.first.reference),
        (view.first, row.first.answer),
        (view.second, row.second.answer),
    ]
