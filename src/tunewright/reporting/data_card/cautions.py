"""What `prepare` warned of, and what was done about each."""

from __future__ import annotations

from tunewright.reporting.data_card.inputs import DataCardInputs
from tunewright.reporting.data_card.view import Section, filled
from tunewright.reporting.facts import Table

DONE = (
    ("training rows are written as", "Done as the settings ask; nothing is to be decided."),
    ("data.balance left out", "Done as the settings ask; nothing is to be decided."),
    ("evens them out", "Nothing: classes stay as unequal as they are. data.balance would even them out."),
    ("flagged", "They stay in the data, as data.cleaning.flags asks: read them, and mend or drop them."),
    ("look-alikes", "They stay: some near-duplicates may be left among them."),
    ("never in training", "Nothing: what is tested there was never learnt. Collect training rows of these."),
    ("rows in training", "Nothing: collect more training rows of these."),
    ("never in the test", "Nothing: no score tells how well these are learnt. Collect test rows of them."),
    ("a score says little", "Nothing: collect more test rows of these."),
    (
        "personal data stays in",
        "Left as the project's settings ask: whoever answers for the data must agree.",
    ),
    (
        "with different answers",
        "All of these rows are kept. Decide which answer is right, and take out the others.",
    ),
    ("the test split has", "Nothing: more test rows make narrower intervals."),
    ("raw rows would do", "Nothing: the rows are used as they are. Collect more."),
    ("not met in every split", "Nothing: what a split lacks is not measured there."),
    ("stands in no row", "Nothing: mend data.fields.meta if the field should be there."),
)
"""A phrase of the warning, and what was done."""
OTHERWISE = "Nothing was changed: the warning is for people to judge."


def cautions(inputs: DataCardInputs) -> Section:
    """The warnings, one a row."""
    table = Table(
        "Warnings of the preparation",
        ("Warning", "What was done"),
        tuple((warning, what_was_done(warning)) for warning in inputs.card.warnings),
    )
    text = () if table.rows else ("The preparation warned of nothing.",)
    return Section("warnings", "Warnings", text=text, tables=filled(table))


def what_was_done(warning: str) -> str:
    """What became of a warning, told by its words."""
    return next((done for phrase, done in DONE if phrase in warning), OTHERWISE)
