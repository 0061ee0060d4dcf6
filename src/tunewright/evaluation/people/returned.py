"""A file that comes back from a rater: checked against the key of its page, and unblinded."""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tunewright.data.review.returned import named
from tunewright.data.saved_page import SavedPage, read_text, saved_page
from tunewright.errors import DataError
from tunewright.evaluation.people.record import COMPARISONS, Choice, Comparisons, Page, Rating, Shown, Which

FORM = "tunewright comparison 1"
DAMAGED = "load it into its page and save it again"
ON_PAGE = ("a", "b", "tie", "skip")


@dataclass(frozen=True)
class Comment:
    """What a rater wrote about a row.

    Attributes:
        id: of the row.
        choice: of the rater, unblinded.
        comment: in their words.
    """

    id: str
    choice: Choice
    comment: str


@dataclass(frozen=True)
class Returned:
    """A rater's file, unblinded.

    Attributes:
        rating: what counts.
        comments: what they wrote.
    """

    rating: Rating
    comments: tuple[Comment, ...]


def read_rating(path: Path, known: Comparisons, today: str) -> Returned:
    """Read, check and unblind a file.

    Args:
        path: what the page saved.
        known: the pages that were exported.
        today: ISO 8601; stands in where the file does not say when it was saved.

    Raises:
        UsageError: there is no such file.
        DataError: it is no file of such a page, was edited, is of a page that this project has not
            exported, is not finished, or has no name.
    """
    text = read_text(path, fix="tunewright judge import FILE")
    what = "not what a page of `tunewright judge export` saves"
    saved = saved_page(text, path, form=FORM, entries="choices", what=what, damaged=DAMAGED)
    lines = saved.entries("choices", "a choice")
    rater = saved.text("rater").strip()
    page = known.page(saved.text("page"))
    if page is None:
        raise _of_no_page(saved, known)
    _refuse_edited(saved, lines)
    chosen = _by_item(saved, lines, page)
    if not rater:
        raise DataError(
            "nobody says who chose",
            where=str(path),
            fix="load the file into its page, enter the name, and save it again",
        )
    choices = [_unblinded(chosen[str(n)], row) for n, row in enumerate(page.rows, start=1)]
    rating = Rating(page.page, rater, saved.day() or today, tuple(choices))
    words = {line.text("item"): line.text("comment").strip() for line in lines}
    comments = tuple(
        Comment(row.id, choice, words[str(number)])
        for number, (row, choice) in enumerate(zip(page.rows, choices, strict=True), start=1)
        if words[str(number)]
    )
    return Returned(rating, comments)


def checksum(page: str, rater: str, choices: list[tuple[str, str, str]]) -> str:
    """CRC-32 (ISO 3309) as the page computes it.

    Args:
        page: its hash.
        rater: who chose.
        choices: item, choice and comment of each row.
    """
    parts = [page, rater, *(part for choice in choices for part in choice)]
    return f"{zlib.crc32(chr(10).join(parts).encode('utf-8', 'replace')):08x}"


def _refuse_edited(saved: SavedPage, lines: list[SavedPage]) -> None:
    choices = [(line.text("item"), line.text("choice"), line.text("comment")) for line in lines]
    if saved.text("check") != checksum(saved.text("page"), saved.text("rater"), choices):
        raise DataError(
            "was edited after the page had saved it: it does not fit its own checksum",
            where=str(saved.path),
            fix="ask the rater for the file as the page saved it; choices are changed on the page",
        )


def _by_item(saved: SavedPage, lines: list[SavedPage], page: Page) -> dict[str, str]:
    """The choice on each row of the page."""
    items = [str(number) for number in range(1, len(page.rows) + 1)]
    count = Counter(line.text("item") for line in lines)
    odd = [item for item in {*items, *count} if count[item] != (item in items)]
    if odd:
        raise saved.fault(
            f"its rows are not those of the page: {named(sorted(odd))} missing, twice or unknown"
        )
    chosen = {line.text("item"): line.text("choice") for line in lines}
    if wrong := sorted({*chosen.values()} - {"", *ON_PAGE}):
        raise saved.fault(f"choice {wrong[0]!r} is none of {', '.join(ON_PAGE)}")
    missing = [item for item in items if not chosen[item]]
    if missing:
        raise DataError(
            f"is not finished: {len(missing)} of {len(items)} rows have no choice: {named(missing)}",
            where=str(saved.path),
            fix="load it into its page, choose (s skips a row), and save it again",
        )
    return chosen


def _of_no_page(saved: SavedPage, known: Comparisons) -> DataError:
    there = ", ".join(page.page[:8] for page in known.pages) or "none"
    page = saved.text("page")[:8] or "(none)"
    return DataError(
        f"is of page {page}, which this project has not exported (it has: {there})",
        where=str(saved.path),
        fix=f"import it where it was exported, or bring back {COMPARISONS.as_posix()} of that time (git)",
    )


def _unblinded(choice: str, row: Shown) -> Choice:
    right: Which = "second" if row.left == "first" else "first"
    meant: dict[str, Choice] = {"a": row.left, "b": right, "tie": "tie", "skip": "skip"}
    return meant[choice]
