"""How good the rows are: what was cleaned, what is doubtful, which languages, what an expert said."""

from __future__ import annotations

from tunewright.data.cleaning.policy import MEANING
from tunewright.reporting import numbers
from tunewright.reporting.data_card.inputs import DataCardInputs
from tunewright.reporting.data_card.view import Section, filled
from tunewright.reporting.facts import SPLITS, Table
from tunewright.reporting.review_facts import review_facts

CLEANED = {
    "line_ends": "Other line ends became line feeds",
    "control_characters": "Control characters were taken out",
    "invisible_characters": "Invisible characters were taken out",
    "mojibake_repaired": "Text read in the wrong encoding was repaired",
    "normalised": "Characters written in several ways were written in one",
    "trimmed": "White space at the ends was taken off",
    "left_for_contract": "Left as they came, since the output contract asks for what cleaning would take",
}
MEANINGS: dict[str, str] = {str(flag): meaning for flag, meaning in MEANING.items()}
DONE = {"report": "left in", "drop": "rejected", "fail": "would have stopped the preparation"}


def cleaned(inputs: DataCardInputs) -> Section:
    """What cleaning changed, in how many rows."""
    table = Table(
        "Changes to the texts",
        ("Change", "Rows"),
        tuple((CLEANED[change], numbers.count(rows)) for change, rows in inputs.card.cleaned.items()),
        numeric=("Rows",),
    )
    text = () if table.rows else ("No text was changed.",)
    return Section("cleaned", "Cleaning", text=text, tables=filled(table))


def flags(inputs: DataCardInputs) -> Section:
    """Rows that are doubtful, in which way, and what was done about them."""
    table = Table(
        "Doubtful rows",
        ("Flag", "Meaning", *SPLITS, "Rejected", "What was done", "Some of them"),
        tuple(
            (
                name,
                MEANINGS[name],
                *(numbers.count(found.rows.get(split, 0)) for split in SPLITS),
                numbers.count(found.dropped),
                DONE[found.action],
                ", ".join(found.examples),
            )
            for name, found in inputs.card.flags.items()
        ),
        numeric=(*SPLITS, "Rejected"),
    )
    text = () if table.rows else ("No row was flagged.",)
    return Section("flags", "Doubtful rows", text=text, tables=filled(table))


def languages(inputs: DataCardInputs) -> Section:
    """In which languages questions and answers are."""
    found = inputs.card.languages
    if not found.rows:
        return Section("languages", "Languages", text=("Nobody looked for languages.",))
    tables = tuple(
        Table(
            title,
            ("Language", "Rows"),
            tuple((language, numbers.count(rows)) for language, rows in counts.items()),
            numeric=("Rows",),
        )
        for title, counts in (("Questions", found.prompts), ("Answers", found.answers))
    )
    text = (
        f"Told by a language identifier for {numbers.count(found.rows)} rows; short texts are undetermined."
    )
    return Section("languages", "Languages", text=(text,), tables=filled(*tables))


def review(inputs: DataCardInputs) -> Section:
    """Who reviewed a sample, and what came of it."""
    return Section("review", "Review by a domain expert", facts=review_facts(inputs.card.review))
