"""What becomes known of rows that go no further: rejected.jsonl, and the stop where they are too many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from tunewright.artifacts import write_jsonl
from tunewright.data.raw_row import Discarded, PlaceInOrder
from tunewright.data.review.corrections import REJECTED
from tunewright.errors import DataError

REASONS_SHOWN = 5


def write_discarded(path: Path, discarded: Iterable[Discarded]) -> None:
    """Write rejected.jsonl: `{"file", "line", "reason", "fix", "row_sha256"}` by place; never a text.

    Rows of Parquet, Excel and readers of the project's own have `row`, their number, in place of `line`.
    """
    rows = sorted(discarded, key=lambda row: (row.place.file, row.place.line))
    write_jsonl(
        path,
        (
            {
                "file": row.place.file,
                "row" if isinstance(row.place, PlaceInOrder) else "line": row.place.line,
                "reason": str(row),
                **({"fix": row.fix} if row.fix else {}),
                "row_sha256": row.place.sha256,
            }
            for row in rows
        ),
    )


def refuse_many_rejected(discarded: Sequence[Discarded], total: int, most: float, where: Path) -> None:
    """Stop where more than the share `most` of the rows was rejected.

    Args:
        discarded: rejected and removed rows.
        total: rows read.
        most: `data.max_rejected_share`.
        where: the file in which the rejected rows are listed.

    Raises:
        DataError: names the commonest reasons, with counts and first places.
    """
    # What a reviewer rejects is no fault of the file; `data.review.min_quality` judges it.
    rejected = [row for row in discarded if not row.duplicate and row.reason != REJECTED]
    if len(rejected) <= most * total:
        return
    first: dict[str, Discarded] = {}
    for row in rejected:
        first.setdefault(row.reason, row)
    commonest = Counter(row.reason for row in rejected).most_common(REASONS_SHOWN)
    lines = [f"  {count} x {reason} (first at {first[reason].place})" for reason, count in commonest]
    more = len(first) - len(commonest)
    raise DataError(
        "\n".join(
            [
                f"{len(rejected)} of {total} rows ({len(rejected) / total:.1%}) were rejected, more than "
                f"data.max_rejected_share {most} allows:",
                *lines,
                *([f"  and {more} more reasons"] if more else []),
            ]
        ),
        fix=f"mend the rows listed in {where}, or raise data.max_rejected_share",
    )


def refuse_personal_data(discarded: Sequence[Discarded], where: Path) -> None:
    """Stop where a row holds what `data.personal_data` says must not be there (`fail`).

    Args:
        discarded: rejected and removed rows.
        where: the file in which the rejected rows are listed.

    Raises:
        DataError: names the first rows with field and kind, never a value.
    """
    rows = [row for row in discarded if row.stops and not row.flag]
    if not rows:
        return
    raise DataError(
        "\n".join(
            [
                f"{len(rows)} row{'s hold' if len(rows) > 1 else ' holds'} personal data that the policy "
                "data.personal_data forbids:",
                *_first_places(rows),
            ]
        ),
        fix=f"take it out of the rows (all are listed in {where}), or choose redact, pseudonymise or drop",
    )


def refuse_flagged(discarded: Sequence[Discarded], where: Path) -> None:
    """Stop where a row has a flag of which `data.cleaning.flags` says `fail`.

    Args:
        discarded: rejected and removed rows.
        where: the file in which the rejected rows are listed.

    Raises:
        DataError: names the first rows with their flag.
    """
    rows = [row for row in discarded if row.stops and row.flag]
    if not rows:
        return
    raise DataError(
        "\n".join(
            [
                f"{len(rows)} row{'s have' if len(rows) > 1 else ' has'} a flag that must not be "
                "(data.cleaning.flags):",
                *_first_places(rows),
            ]
        ),
        fix=f"mend the rows (all are listed in {where}), or tunewright set "
        f"data.cleaning.flags.{rows[0].flag}=drop",
    )


def _first_places(rows: Sequence[Discarded]) -> list[str]:
    """Places and reasons of the first rows, a line each, and how many more there are."""
    shown = [f"  {row.place}: {row.reason}" for row in rows[:REASONS_SHOWN]]
    more = len(rows) - len(shown)
    return [*shown, *([f"  and {more} more"] if more else [])]
