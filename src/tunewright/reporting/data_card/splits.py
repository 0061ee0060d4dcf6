"""How the rows are divided, and how the test set came to be what it is."""

from __future__ import annotations

from collections.abc import Iterator

from tunewright.reporting import numbers
from tunewright.reporting.data_card.inputs import DataCardInputs
from tunewright.reporting.data_card.view import Section, filled
from tunewright.reporting.facts import SPLITS, Table

USES = {
    "train": "the model learns from it",
    "validation": "chooses the best moment of the training",
    "test": "measures the result; training never sees it",
}


def splits(inputs: DataCardInputs) -> Section:
    """Rows in each split, and by which rule."""
    kept = max(sum(inputs.card.splits.values()), 1)
    return Section(
        "splits",
        "Splits",
        text=tuple(_rules(inputs)),
        tables=(
            Table(
                "Rows in each split",
                ("Split", "Rows", "Share", "What for"),
                tuple(
                    (
                        split,
                        numbers.count(inputs.card.splits[split]),
                        f"{100 * inputs.card.splits[split] / kept:.1f} %",
                        USES[split],
                    )
                    for split in SPLITS
                ),
                numeric=("Rows", "Share"),
            ),
        ),
    )


def frozen(inputs: DataCardInputs) -> Section:
    """The frozen test set with its changes."""
    changes = inputs.card.frozen
    text = (
        "The test set is frozen: data/test.lock holds its rows as hashes, and rows near one of them are kept "
        "out of training."
        if changes
        else "The test set is not frozen: it may change when rows are added. To freeze it: tunewright freeze."
    )
    table = Table(
        "How it came about, oldest first",
        ("Step", "Rows", "Added", "Taken out", "Other answer", "Reason"),
        tuple(
            (
                str(number),
                *map(numbers.count, (change.rows, change.added, change.removed, change.answered)),
                change.reason or ("first frozen" if number == 1 else "–"),
            )
            for number, change in enumerate(changes, start=1)
        ),
        numeric=("Rows", "Added", "Taken out", "Other answer"),
    )
    return Section("frozen", "Frozen test set", text=(text,), tables=filled(table))


def _rules(inputs: DataCardInputs) -> Iterator[str]:
    rule = inputs.data.split
    yield (
        "By time: the newest rows are the test split."
        if rule.order_by is not None
        else "By chance that can be repeated: a row's place follows from its content."
    )
    if rule.group_by is not None:
        yield f"Rows with the same {rule.group_by} stay together."
    if rule.stratify_by is not None:
        yield f"Every value of {rule.stratify_by} is met in every split, where it has enough rows."
    yield "Rows that are nearly alike never stand in two splits; this was checked last."
