"""Where rows come from, and what became of each on the way to the splits."""

from __future__ import annotations

from tunewright.data.card import Neighbours, PairKind
from tunewright.reporting import numbers
from tunewright.reporting.data_card.inputs import LEARNT_FROM, DataCardInputs, left_in
from tunewright.reporting.data_card.view import Quote, Section, filled
from tunewright.reporting.facts import SPLITS, Step, Table

CHARACTERS_SHOWN = 300
REASONS_SHOWN = 50
LOOKED_FOR = {
    "near": "A row is removed if another has nearly the same question, the same numbers and the same answer.",
    "exact": "A row is removed if another has the same question and answer, but for case and punctuation.",
    "none": "Duplicates stay: data.deduplicate is none.",
}
"""By data.deduplicate."""


ALIKE: dict[PairKind, str] = {
    "conflict": "same question, different answers",
    "near conflict": "nearly the same question, different answers",
    "neighbours": "nearly the same but for the numbers",
}
"""What two rows are to each other that are both kept."""


def sources(inputs: DataCardInputs) -> Section:
    """Each raw file with its licence and its rows."""
    card = inputs.card
    return Section(
        "sources",
        "Sources",
        tables=(
            Table(
                "Each row that was read is kept, rejected or removed",
                ("File", "Licence or agreement", "Form", "Read", "Rejected", "Removed", "Kept"),
                tuple(
                    (
                        source.path,
                        source.licence,
                        source.format,
                        *map(numbers.count, (source.read, source.rejected, source.removed, source.kept)),
                    )
                    for source in card.sources
                ),
                numeric=("Read", "Rejected", "Removed", "Kept"),
            ),
        ),
    )


def funnel(inputs: DataCardInputs) -> Section:
    """From the rows read to the splits, each loss with its reason."""
    counts, removed = inputs.card.counts(), inputs.card.removed
    steps = [
        ("Read", counts["read"], "all"),
        ("rejected as faulty", counts["rejected"], "lost"),
        ("Fit for the task", counts["read"] - counts["rejected"], "all"),
        *((f"removed: {reason}", rows, "lost") for reason, rows in removed.items()),
        ("Kept", counts["kept"], "all"),
        *((split, inputs.card.splits[split], "part") for split in SPLITS),
    ]
    read = max(counts["read"], 1)
    return Section(
        "funnel",
        "From raw rows to splits",
        text=("Every row is accounted for: rejected, removed and kept rows add up to those that were read.",),
        bars=tuple(
            Step(name, numbers.count(rows), round(100 * rows / read, 2), role) for name, rows, role in steps
        ),
    )


def rejected(inputs: DataCardInputs) -> Section:
    """Faulty rows by reason, with their first places; never a text."""
    commonest = sorted(inputs.card.rejected.items(), key=lambda item: -item[1])
    others = [rows for _, rows in commonest[REASONS_SHOWN:]]
    table = Table(
        "Rejected rows; all of them: artifacts/data/rejected.jsonl",
        ("Reason", "Rows", "First places", "What to do"),
        (
            *(
                (reason, numbers.count(rows), _first(inputs, reason, rows), _fix(inputs, reason))
                for reason, rows in commonest[:REASONS_SHOWN]
            ),
            *(
                [(f"{numbers.count(len(others))} rarer reasons", numbers.count(sum(others)), "–", "–")]
                if others
                else []
            ),
        ),
        numeric=("Rows",),
    )
    most = f"{100 * inputs.data.max_rejected_share:g} %"
    text = (
        f"Rows that break a rule are left out, not mended. Above {most} of them preparation stops."
        if table.rows
        else "No row was rejected."
    )
    return Section("rejected", "Rejected rows", text=(text,), tables=filled(table))


def duplicates(inputs: DataCardInputs) -> Section:
    """Removed rows by reason with examples, and rows that are alike but contradict or differ in numbers."""
    card = inputs.card
    removed = Table(
        "Removed rows",
        ("Reason", "Rows", "First places"),
        tuple(
            (reason, numbers.count(rows), _first(inputs, reason, rows))
            for reason, rows in card.removed.items()
        ),
        numeric=("Rows",),
    )
    examples = Table(
        "Examples: which row was removed, and which stays",
        ("Removed", "Why", "Stays as", "Split"),
        tuple((one.place, f"{one.reason} {one.detail}", one.id, one.split) for one in card.duplicates),
    )
    pairs = Table(
        "Examples: rows that are alike and both kept",
        ("What they are", "One", "Split", "Other", "Its split"),
        tuple(
            (
                ALIKE[pair.kind],
                f"{pair.ids[0]} ({pair.places[0]})",
                pair.splits[0],
                f"{pair.ids[1]} ({pair.places[1]})",
                pair.splits[1],
            )
            for pair in card.kept_pairs
        ),
    )
    text = [LOOKED_FOR[inputs.data.deduplicate], *([] if card.removed else ["No row was removed."])]
    if card.duplicates and left_in(card):
        text.append("No texts are shown, since personal data stays in the rows.")
    return Section(
        "duplicates",
        "Duplicates and contradictions",
        text=tuple(text),
        tables=filled(removed, examples, pairs),
        quotes=_quotes(inputs),
        notes=(
            *_conflicts(card.conflicts),
            *_near_conflicts(card.near_conflicts),
            *_neighbours(card.neighbours),
        ),
    )


def _quotes(inputs: DataCardInputs) -> tuple[Quote, ...]:
    """The rows that stay, once each, in the order of the examples."""
    ids = dict.fromkeys(one.id for one in inputs.card.duplicates if one.split in LEARNT_FROM)
    return tuple(
        Quote(
            f"Stays: {row.id}",
            _shortened("\n".join(turn.text for turn in row.prompt)),
            _shortened(row.reference),
        )
        for row in (inputs.twins[name] for name in ids if name in inputs.twins)
    )


def _conflicts(conflicts: int) -> tuple[str, ...]:
    if not conflicts:
        return ()
    stand = "question stands" if conflicts == 1 else "questions stand"
    return (
        f"{numbers.count(conflicts)} {stand} with different answers. All of them are kept; decide for one.",
    )


def _near_conflicts(conflicts: int) -> tuple[str, ...]:
    if not conflicts:
        return ()
    groups = f"{numbers.count(conflicts)} group{'s' if conflicts > 1 else ''}"
    return (
        f"{groups} of nearly the same question with different answers. All are kept: a small difference may "
        "matter, or one of the answers is wrong.",
    )


def _neighbours(found: Neighbours) -> tuple[str, ...]:
    if not found.rows:
        return ()
    groups = f"{numbers.count(found.groups)} group{'s' if found.groups > 1 else ''}"
    tested = (
        f" {numbers.count(found.tested)} of them are test rows of which a neighbour is trained on: "
        "the pattern was seen, their numbers were not."
        if found.tested
        else ""
    )
    return (
        f"{numbers.count(found.rows)} rows in {groups} are nearly the same as another but for their numbers. "
        f"They are no duplicates, and all are kept.{tested}",
    )


def _first(inputs: DataCardInputs, reason: str, rows: int) -> str:
    found = inputs.places.get(reason)
    if found is None:
        return "–"
    more = rows - len(found.first)
    return ", ".join(found.first) + (f" and {numbers.count(more)} more" if more > 0 else "")


def _fix(inputs: DataCardInputs, reason: str) -> str:
    found = inputs.places.get(reason)
    return (found.fix if found else "") or "–"


def _shortened(text: str) -> str:
    return text if len(text) <= CHARACTERS_SHOWN else f"{text[:CHARACTERS_SHOWN].rstrip()} …"
