"""A file that comes back from the reviewer: the page's JSON or the filled CSV, each row with its verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tunewright.data.contract import ContractError, parse_json, quote
from tunewright.data.review.record import VERDICTS
from tunewright.data.review.sheet import HASH, read_sheet
from tunewright.errors import DataError, UsageError

FORM = "tunewright review 1"
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
    if not path.is_file():
        raise UsageError("no such file", where=str(path), fix="tunewright review import FILE")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fix = "save it as `CSV UTF-8`" if path.suffix.lower() == ".csv" else ""
        raise DataError(f"not UTF-8 at byte {error.start}", where=str(path), fix=fix) from None
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
    try:
        raw = parse_json(text)
    except ContractError as error:
        raise DataError(str(error), where=str(path), fix="save it from the review page again") from None
    if not isinstance(raw, dict) or raw.get("form") != FORM or not isinstance(raw.get("verdicts"), list):
        what = "neither what the review page saves nor a sheet (*.csv)"
        raise DataError(what, where=str(path), fix="take the file that the page's Save made")
    lines = tuple(_line(one, path) for one in raw["verdicts"])
    return Returned(_text(raw, "sample", path), _text(raw, "reviewer", path).strip(), _date(raw, path), lines)


def _line(raw: object, path: Path) -> Line:
    if not isinstance(raw, dict):
        raise DataError("a verdict is no object", where=str(path), fix="save it from the review page again")
    return _checked(
        Line(*(_text(raw, name, path) for name in ("id", "key", "verdict", "answer", "comment"))), str(path)
    )


def _text(raw: Mapping[str, Any], name: str, path: Path) -> str:
    value = raw.get(name)
    if value is not None and not isinstance(value, str):
        raise DataError(f"{name} is no text", where=str(path), fix="save it from the review page again")
    return value or ""


def _date(raw: Mapping[str, Any], path: Path) -> str:
    saved = _text(raw, "saved", path)
    try:
        return datetime.fromisoformat(saved).date().isoformat() if saved else ""
    except ValueError:
        what = f"saved is no time: {quote(saved)}"
        raise DataError(what, where=str(path), fix="save it from the review page again") from None


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
