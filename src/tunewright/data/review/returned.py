"""A file that comes back from the reviewer: the page's JSON or the filled CSV, each row with its verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tunewright.data.contract import quote
from tunewright.data.review.record import VERDICTS
from tunewright.data.review.sheet import HASH, read_sheet
from tunewright.data.saved_page import SavedPage, read_text, saved_page
from tunewright.errors import DataError

FORM = "tunewright review 1"
DAMAGED = "save it from the review page again"
NAMED = 20
"""Most rows that a message names."""


@dataclass(frozen=True)
class Line:
    """What the file says of a row.

    Attributes:
        id, key: of the row.
        verdict: one of `VERDICTS`; empty if it is not judged yet.
        answer: the corrected one; empty where there is none.
        comment: empty where there is none.
    """

    id: str
    key: str
    verdict: str
    answer: str
    comment: str


@dataclass(frozen=True)
class Returned:
    """The whole file.

    Attributes:
        sample: hash of the sample that the file says it is of.
        reviewer: as the file has it; may be empty.
        date: when it was saved, ISO 8601; empty if the file does not say.
        lines: in the file's order.
    """

    sample: str
    reviewer: str
    date: str
    lines: tuple[Line, ...]


def read_returned(path: Path) -> Returned:
    """Read a file that the reviewer sent back.

    Args:
        path: `.csv` is the filled sheet, everything else what the page saved.

    Raises:
        UsageError: there is no such file.
        DataError: it is neither, or holds rows of several samples or reviewers, or a row twice.
    """
    fix = "save it as `CSV UTF-8`" if path.suffix.lower() == ".csv" else ""
    text = read_text(path, fix="tunewright review import FILE", encoding_fix=fix)
    found = _of_sheet(text, path) if path.suffix.lower() == ".csv" else _of_page(text, path)
    count = Counter(line.key for line in found.lines)
    twice = list(dict.fromkeys(line.id for line in found.lines if count[line.key] > 1))
    if twice:
        raise DataError(
            f"these rows stand twice in it: {named(twice)}", where=str(path), fix="keep one of each"
        )
    return found


def named(ids: Sequence[str]) -> str:
    """The first ids, and how many more there are."""
    more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
    return ", ".join(ids[:NAMED]) + more


def _of_page(text: str, path: Path) -> Returned:
    what = "neither what the review page saves nor a sheet (*.csv)"
    saved = saved_page(text, path, form=FORM, entries="verdicts", what=what, damaged=DAMAGED)
    lines = tuple(map(_line, saved.entries("verdicts", "a verdict")))
    return Returned(saved.text("sample"), saved.text("reviewer").strip(), saved.day(), lines)


def _line(raw: SavedPage) -> Line:
    line = Line(*(raw.text(name) for name in ("id", "key", "verdict", "answer", "comment")))
    return _checked(line, str(raw.path))


def _of_sheet(text: str, path: Path) -> Returned:
    rows = read_sheet(text, str(path))
    samples = {row["sample"].removeprefix(HASH) for row in rows}
    reviewers = {row["reviewer"].strip() for row in rows} - {""}
    if len(samples) > 1:
        raise DataError("holds rows of several samples", where=str(path), fix="import each sheet by itself")
    if len(reviewers) > 1:
        what = f"names several reviewers: {', '.join(sorted(reviewers))}"
        raise DataError(what, where=str(path), fix="a sheet for each reviewer")
    lines = tuple(
        _checked(
            Line(
                row["id"],
                row["key"].removeprefix(HASH),
                row["verdict"].strip().lower(),
                row["corrected_answer"],
                row["comment"].strip(),
            ),
            f"{path}:{row['line']}",
        )
        for row in rows
    )
    return Returned(next(iter(samples), ""), next(iter(reviewers), ""), "", lines)


def _checked(line: Line, where: str) -> Line:
    """The line, if its parts fit together."""
    if line.verdict not in ("", *VERDICTS):
        what = f"row {line.id}: verdict {quote(line.verdict)} is none of {', '.join(VERDICTS)}"
        raise DataError(what, where=where, fix="mend it and import the file again")
    if (line.verdict == "edit") != bool(line.answer.strip()):
        what = (
            f"row {line.id}: edit without a corrected answer"
            if line.verdict == "edit"
            else f"row {line.id} has a corrected answer, but its verdict is {line.verdict or 'missing'}"
        )
        raise DataError(what, where=where, fix="give both edit and the answer, or neither")
    return line
