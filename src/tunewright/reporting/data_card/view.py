"""What a section of the data card is made of; both templates draw every section alike.

A further section is one function that returns a `Section`, named in `SECTIONS` of page.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from tunewright.reporting.facts import Step, Table


@dataclass(frozen=True)
class Answered:
    """A question that a data-protection officer asks, answered in plain sentences."""

    question: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Quote:
    """A row of the data, shown in HTML alone: the markdown holds no text of any row."""

    title: str
    prompt: str
    answer: str


@dataclass(frozen=True)
class Section:
    """A section; what is empty is not drawn. In the order in which it is drawn:

    Attributes:
        name: its anchor.
        title: its heading.
        text: sentences below it.
        answers: questions with their answers.
        bars: counts, drawn as shares of the first.
        facts: names and values.
        tables: long ones are folded in HTML.
        quotes: rows of the data.
        notes: sentences that must not be overlooked.
        code: a text to be kept as it is, folded in HTML; empty for none.
    """

    name: str
    title: str
    text: tuple[str, ...] = ()
    answers: tuple[Answered, ...] = ()
    bars: tuple[Step, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    tables: tuple[Table, ...] = ()
    quotes: tuple[Quote, ...] = ()
    notes: tuple[str, ...] = ()
    code: str = ""


def filled(*tables: Table) -> tuple[Table, ...]:
    """The tables that have rows."""
    return tuple(table for table in tables if table.rows)
