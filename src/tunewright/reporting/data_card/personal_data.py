"""Personal data as counts: by field, kind and what became of it, never a value."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tunewright.data.card import DataCard
from tunewright.reporting import numbers
from tunewright.reporting.data_card.inputs import LEAVES, DataCardInputs, left_in
from tunewright.reporting.data_card.view import Section, filled
from tunewright.reporting.data_card.words import FATES, field_name, kind_name, listed
from tunewright.reporting.facts import Table


@dataclass(frozen=True)
class Outcome:
    """The first thing to know. `status` is clear, gone or left."""

    status: str
    title: str
    sentence: str


def outcome(card: DataCard) -> Outcome:
    """Whether personal data was found, and whether any stays."""
    found, left = card.counts()["personal_data"], left_in(card)
    caution = "What was not looked for or not recognised may still be in the rows: see below."
    if not found:
        return Outcome("clear", "No personal data was found", f"None of the kinds looked for. {caution}")
    values = _values(found)
    if not left:
        return Outcome(
            "gone", "Personal data was found and taken out", f"{values}, none left in place. {caution}"
        )
    return Outcome(
        "left",
        "Personal data stays in the prepared rows",
        f"{values}, of which {numbers.count(left)} {'is' if left == 1 else 'are'} left in place by the "
        f"project's own settings. {caution}",
    )


def found_sentence(card: DataCard) -> str:
    """What was found, as one sentence."""
    kinds: Counter[str] = Counter()
    for of_field in card.personal_data.values():
        kinds.update({kind: sum(actions.values()) for kind, actions in of_field.items()})
    if not kinds:
        return "None of the kinds that were looked for."
    said = tuple(f"{numbers.count(count)} × {kind_name(kind)}" for kind, count in kinds.most_common())
    return f"{_values(kinds.total())} in the rows that were read: {listed(said)}."


def fates(card: DataCard) -> tuple[str, ...]:
    """What became of the values, a sentence for each action."""
    counts: Counter[str] = Counter()
    for kinds in card.personal_data.values():
        for actions in kinds.values():
            counts.update(actions)
    return tuple(
        f"{numbers.count(counts[action])} {'was' if counts[action] == 1 else 'were'} {fate}."
        for action, fate in FATES.items()
        if counts[action]
    )


def personal_data_table(card: DataCard) -> Table:
    """A row for each field, kind and action; no rows if nothing was found."""
    return Table(
        "Personal data that was found: how often, never what",
        ("Field", "Kind", "Found", "What became of it", "Stays"),
        tuple(
            (
                field_name(field),
                kind_name(kind),
                numbers.count(count),
                FATES[action],
                "yes" if action in LEAVES else "no",
            )
            for field, kinds in card.personal_data.items()
            for kind, actions in kinds.items()
            for action, count in actions.items()
        ),
        numeric=("Found",),
    )


def personal_data(inputs: DataCardInputs) -> Section:
    """The section: the table, or that nothing was found."""
    table = filled(personal_data_table(inputs.card))
    text = (
        "Counted in every row that was read and had the right form, also in rows that were removed later as "
        "duplicates. Values that were left stand in the prepared rows, all others in the raw data alone."
        if table
        else "Nothing of the kinds that were looked for was found in any row."
    )
    return Section("personal-data", "Personal data by field and kind", text=(text,), tables=table)


def _values(count: int) -> str:
    return f"{numbers.count(count)} value{'s' if count != 1 else ''}"
