"""`tunewright compare`: two experiments or commits row by row."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import typer

from tunewright.config.mistakes.nearest import did_you_mean
from tunewright.errors import UsageError
from tunewright.evaluation.metrics import custom_metrics, scores
from tunewright.evaluation.row_changes import row_changes
from tunewright.experiments.answers import Answers, read_answers
from tunewright.experiments.common_rows import CommonRows, common_rows
from tunewright.extensions import load_extensions
from tunewright.reporting.changes_json import changes_json
from tunewright.reporting.changes_view import ChangesView, changes_markdown, changes_text
from tunewright.reporting.read import ROW_METRIC

Form = Literal["text", "markdown", "json"]
FORMATS = {"text": changes_text, "markdown": changes_markdown, "json": changes_json}
SHOWN_IN_TEXT = 3


def compare(
    root: Path,
    first: str,
    second: str,
    *,
    metric: str | None,
    show: int | None,
    common: bool,
    form: Form,
) -> None:
    """Print what became of each test row from one revision to the other.

    Args:
        root: the project's folder.
        first, second: experiments, anything that git understands, or `workspace`.
        metric: what is compared; None for what says how good a single answer is.
        show: rows to print of each outcome that changed; None for 3 as text, and for none in the other
            forms, which are often sent on.
        common: compare the rows that both have answered, where they are not the same.
        form: text, markdown or json.

    Raises:
        UsageError: no such revision or metric, or the rows are not the same.
        TunewrightError: the answers of a revision are not here.
    """
    one, other = read_answers(root, first), read_answers(root, second)
    if one.contract.kind != other.contract.kind:
        kinds = f"{one.contract.kind} and {other.contract.kind}"
        raise UsageError(f"the tasks of {first} and {second} are of different kinds: {kinds}")
    rows = common_rows(one, other, allow_others=common)
    contract = other.contract
    name = metric or ROW_METRIC[contract.kind]
    custom = custom_metrics([*contract.metrics, *([metric] if metric else [])], load_extensions(root))
    scored = [
        scores(predictions, kind=contract.kind, output=contract.output, custom=custom)
        for predictions in (rows.first, rows.second)
    ]
    if name not in scored[0]:
        raise UsageError(
            f"{name!r} is no metric of these answers; there are: {', '.join(scored[0])}",
            where="--metric",
            fix=did_you_mean(name, scored[0]),
        )
    changes = row_changes(
        name, rows.first, rows.second, scored[0][name], scored[1][name], contract.statistics
    )
    view = ChangesView(
        first=first,
        second=second,
        changes=changes,
        notes=_notes(one, other, rows),
        show=show if show is not None else SHOWN_IN_TEXT if form == "text" else 0,
        confidence=contract.statistics.confidence,
    )
    typer.echo(FORMATS[form](view))


def _notes(first: Answers, second: Answers, rows: CommonRows) -> tuple[str, ...]:
    """What a reader must know besides the numbers."""
    notes = []
    if any(rows.left_out):
        left, also = rows.left_out
        notes.append(
            f"the test rows are not the same: {len(rows.first)} are in both; "
            f"{left} of {first.name} and {also} of {second.name} are left out"
        )
    if first.contract.output != second.contract.output:
        notes.append(f"task.output differs; both are scored by that of {second.name}")
    return tuple(notes)
