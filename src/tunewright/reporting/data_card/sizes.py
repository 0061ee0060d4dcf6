"""Whether there are enough rows, of each class and of each slice."""

from __future__ import annotations

from tunewright.data.describe_training import ClassBalance
from tunewright.reporting import numbers
from tunewright.reporting.data_card.inputs import DataCardInputs
from tunewright.reporting.data_card.view import Section, filled
from tunewright.reporting.facts import SPLITS, Table

POLICIES = {
    "report": "Classes are counted and left as they are.",
    "downsample": "Rows of larger classes were left out of training.",
    "oversample": "Rows of smaller classes are repeated in training.",
}


def sizes(inputs: DataCardInputs) -> Section:
    """The minimum, the classes before and after balancing, and the slices by split."""
    card = inputs.card
    enough = () if card.enough is None else (f"{card.enough}.",)
    policy = () if card.balance is None else (POLICIES[card.balance.policy],)
    slices = Table(
        "Slices: what rows have in common, by split",
        ("Slice", "Value", *SPLITS),
        tuple(
            (one.field, one.value, *map(numbers.count, (one.train, one.validation, one.test)))
            for one in card.coverage
        ),
        numeric=SPLITS,
    )
    tables = (*(() if card.balance is None else (_classes(card.balance),)), slices)
    return Section("sizes", "Enough, balanced, covered", text=(*enough, *policy), tables=filled(*tables))


def _classes(balance: ClassBalance) -> Table:
    columns = ("Training rows", "Kept", "Lines written")
    return Table(
        f"Classes of {balance.by} in training",
        ("Class", *columns),
        tuple(
            (name, *map(numbers.count, (one.rows, one.kept, one.lines)))
            for name, one in balance.classes.items()
        ),
        numeric=columns,
    )
