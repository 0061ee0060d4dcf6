"""What must hold before a reviewer's file counts: it is of this data's sample, whole, and its answers fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tunewright.data.raw_row import Discarded, Place
from tunewright.data.review.record import Judged, Review, Verdict, row_key
from tunewright.data.review.returned import Line, Returned, named
from tunewright.data.review.sample import Sampled, sample_hash
from tunewright.data.rows import Row
from tunewright.data.validate import CheckedRow, RowCheck
from tunewright.errors import DataError

AGAIN = (
    "tunewright review export, and load the old file there: what is said of rows that are as they were stays"
)


@dataclass(frozen=True)
class Sample:
    """A sample that a file may be of.

    Attributes:
        seed: that drew it.
        ids: of its rows, by key.
    """

    seed: int
    ids: Mapping[str, str]

    @property
    def name(self) -> str:
        """Its hash."""
        return sample_hash((name, key) for key, name in self.ids.items())


def drawn(rows: Sequence[Sampled], seed: int) -> Sample:
    """The sample of rows that were drawn."""
    return Sample(seed, {one.key: one.row.id for one in rows})


def imported(review: Review) -> Sample:
    """The sample of a review that is there: another person's file may be of it."""
    return Sample(review.seed, {key: one.id for key, one in review.rows.items()})


def find_sample(returned: Returned, samples: Sequence[Sample], keys: Mapping[str, str], where: str) -> Sample:
    """The sample that the file is of.

    Args:
        returned: the file.
        samples: those it may be of.
        keys: of the rows as they are prepared now, by id.
        where: the file, for messages.

    Raises:
        DataError: it is of none of them; names the rows that have changed since.
    """
    for sample in samples:
        if sample.name == returned.sample:
            return sample
    changed = [line.id for line in returned.lines if line.id in keys and keys[line.id] != line.key]
    gone = [line.id for line in returned.lines if line.id not in keys]
    parts = [f"{len(changed)} of its rows have changed since: {named(changed)}"] if changed else []
    parts += [f"{len(gone)} are no longer there: {named(gone)}"] if gone else []
    if not parts:
        parts = [
            "its rows are as they were, but others came or data.review has changed: the sample is another"
        ]
    raise DataError(
        "is of another sample than the data as it is prepared now gives; " + "; ".join(parts),
        where=where,
        fix=f"bring the data and settings of that time back (git, dvc checkout); or: {AGAIN}",
    )


def refuse_incomplete(returned: Returned, sample: Sample, where: str) -> None:
    """Make sure that the file judges each row of the sample, and none besides.

    Raises:
        DataError: rows are unknown, missing or without verdict; names them.
    """
    unknown = [line.id for line in returned.lines if line.key not in sample.ids]
    if unknown:
        what = f"these rows are not in the sample: {named(unknown)}"
        raise DataError(what, where=where, fix="leave the column or entry `key` as it was exported")
    judged = {line.key for line in returned.lines if line.verdict}
    missing = [name for key, name in sample.ids.items() if key not in judged]
    if missing:
        what = f"is not finished: {len(missing)} of {len(sample.ids)} rows have no verdict: {named(missing)}"
        raise DataError(what, where=where, fix="judge them, save the file, and import it again")


def judged_rows(
    lines: Sequence[Line], sample: Sample, rows: Mapping[str, Row], check: RowCheck, where: str
) -> dict[str, tuple[Judged, str]]:
    """The verdict on each row by key, and the corrected answer as it will be written (empty for none).

    Args:
        lines: of the file, all judged.
        sample: that they are of; it has the ids, which a spreadsheet may have changed (0012, 3-4).
        rows: as they are prepared now, by key.
        check: of the project's rows.
        where: the file, for messages.

    Raises:
        DataError: a corrected answer breaks the contract or brings in personal data, or its row has changed.
    """
    found: dict[str, tuple[Judged, str]] = {}
    faults = []
    for line in lines:
        name = sample.ids[line.key]
        verdict: Verdict = line.verdict  # type: ignore[assignment]  # checked when it was read
        if line.verdict != "edit":
            found[line.key] = (Judged(name, verdict), "")
            continue
        row = rows.get(line.key)
        if row is None:
            faults.append(f"row {name}: its text is another by now")
            continue
        place = Place(row.source, 0, "")
        corrected = check.corrected(CheckedRow(row, place, "", "", {}), line.answer)
        if isinstance(corrected, Discarded):
            faults.append(f"row {name}: {corrected}")
        elif corrected.row == row:
            faults.append(f"row {name}: the corrected answer is the one in the data: accept the row instead")
        else:
            found[line.key] = (
                Judged(name, verdict, row_key(corrected.row.messages)),
                corrected.row.reference,
            )
    if faults:
        shown = faults[:20] + ([f"and {len(faults) - 20} more"] if len(faults) > 20 else [])
        raise DataError(
            "\n  ".join(["some corrections cannot be taken, so nothing was imported:", *shown]),
            where=where,
            fix="mend them, and import the file again",
        )
    return found
