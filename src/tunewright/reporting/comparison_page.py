"""`render_comparison`: rows with two answers as one HTML page on which a person chooses blindly.

Neither the page nor its source says whose an answer is: it has no names, no ids, no fields of the rows.
"""

from __future__ import annotations

from collections.abc import Sequence

from tunewright.config.schema.task import Task
from tunewright.data.rows import shown_turns
from tunewright.evaluation.people.pairs import Pair, sides
from tunewright.evaluation.people.record import Page
from tunewright.reporting.judging_page import render_judging
from tunewright.reporting.templates import visible


def render_comparison(page: Page, pairs: Sequence[Pair], *, project: str, task: Task) -> str:
    """Render the page; the same key gives the same text.

    Args:
        page: its key, of which only the sides are used.
        pairs: its rows, in its order.
        project: its name.
        task: whose description and instructions are shown.
    """
    items = []
    for number, (shown, pair) in enumerate(zip(page.rows, pairs, strict=True), start=1):
        left, right = sides(pair, shown.left)
        turns = [[who, visible(text)] for who, text in shown_turns(pair.row.prompt)]
        items.append({"key": str(number), "turns": turns, "a": visible(left), "b": visible(right)})
    data = {"page": page.page, "items": items}
    return render_judging("comparison", data, project=project, task=task)
