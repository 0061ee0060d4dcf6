"""What `prepare` warned of, and what was done about each."""

from __future__ import annotations

from tunewright.reporting.data_card.inputs import DataCardInputs
from tunewright.reporting.data_card.view import Section, filled
from tunewright.reporting.facts import Table

DONE = (
    ("weights of sources:", "Done as the settings ask; nothing is to be decided."),
    (
        "personal data stays in",
        "Left as the project's settings ask: whoever answers for the data must agree.",
    ),
    (
        "with different answers",
        "All of these rows are kept. Decide which answer is right, and take out the others.",
    ),
    ("the test split has", "Nothing: more test rows make narrower intervals."),
    ("labels with fewer than", "Nothing: the rows are used as they are. Collect more of these."),
    ("training rows, fewer than", "Nothing: the rows are used as they are. Collect more."),
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
