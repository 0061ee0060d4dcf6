"""`render_data_card_html` and `render_data_card_markdown`: the data card as pages for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tunewright.reporting import numbers
from tunewright.reporting.data_card.cautions import cautions
from tunewright.reporting.data_card.contents import answers, further_fields, lengths
from tunewright.reporting.data_card.inputs import DataCardInputs, left_in
from tunewright.reporting.data_card.lineage import lineage
from tunewright.reporting.data_card.personal_data import outcome, personal_data
from tunewright.reporting.data_card.protection import protection
from tunewright.reporting.data_card.quality import cleaned, flags, languages, review
from tunewright.reporting.data_card.rows import duplicates, funnel, rejected, sources
from tunewright.reporting.data_card.sizes import sizes
from tunewright.reporting.data_card.splits import frozen, splits
from tunewright.reporting.data_card.view import Section
from tunewright.reporting.templates import fenced, render_html, render_markdown

SECTIONS: tuple[Callable[[DataCardInputs], Section], ...] = (
    protection,
    personal_data,
    sources,
    funnel,
    rejected,
    cleaned,
    flags,
    duplicates,
    review,
    splits,
    frozen,
    sizes,
    answers,
    further_fields,
    languages,
    lengths,
    cautions,
    lineage,
)
"""In the order of the page."""
ROWS_UNFOLDED = 20
"""A table with more rows than this is folded."""


def render_data_card_html(inputs: DataCardInputs) -> str:
    """Render the card as one HTML text that loads nothing and runs nothing.

    It holds rows where it shows duplicates; the same inputs give the same text.
    """
    return render_html("data_card/page.html.j2", {**_context(inputs), "rows_unfolded": ROWS_UNFOLDED})


def render_data_card_markdown(inputs: DataCardInputs) -> str:
    """Render the card as markdown, which holds no text of any row."""
    from markupsafe import Markup

    context = _context(inputs)
    blocks = {one.name: Markup(fenced(one.code)) for one in context["sections"] if one.code}  # noqa: S704 - fenced
    return render_markdown("data_card/page.md.j2", {**context, "blocks": blocks})


def _context(inputs: DataCardInputs) -> dict[str, Any]:
    card = inputs.card
    counts = card.counts()
    return {
        "project": inputs.project.name,
        "description": inputs.task.description,
        "version": inputs.version,
        "outcome": outcome(card),
        "highlights": (
            ("Rows", f"{numbers.count(counts['kept'])} of {numbers.count(counts['read'])} rows are used"),
            (
                "Personal data",
                f"{numbers.count(counts['personal_data'])} found, {numbers.count(left_in(card))} left",
            ),
            (
                "Test set",
                f"{numbers.count(counts['test'])} rows, {'frozen' if card.frozen else 'not frozen'}",
            ),
            ("Warnings", numbers.count(len(card.warnings))),
        ),
        "sections": [view(inputs) for view in SECTIONS],
    }
