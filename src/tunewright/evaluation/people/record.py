"""data/comparisons.json: which page showed whose answer on which side, and who chose what; git keeps it.

It is the key of the pages, so no rater may see it before they are done. It holds ids and hashes, no text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

from tunewright.artifacts import write_json
from tunewright.errors import EvaluationError

COMPARISONS = Path("data") / "comparisons.json"
ABOUT = (
    "Whose answer each page of `tunewright judge export` shows on which side, and what raters chose, as "
    "hashes. Raters must not see it before they are done. `tunewright judge` writes it; commit it."
)
Which = Literal["first", "second"]
Choice = Literal["first", "second", "tie", "skip"]
CHOICES: tuple[Choice, ...] = get_args(Choice)


@dataclass(frozen=True)
class Shown:
    """A row as a page shows it.

    Attributes:
        id: of the row.
        row: hash of its content.
        left: whose answer stands on the left.
        first, second: hashes of the two answers.
    """

    id: str
    row: str
    left: Which
    first: str
    second: str


@dataclass(frozen=True)
class Page:
    """A page that was exported: the key of it.

    Attributes:
        page: its hash.
        first, second: the contestants.
        seed: that drew the rows.
        answered: rows that both have answered.
        differing: of these, rows on which their answers differ; the page's rows are drawn from these.
        rows: in the order of the page.
    """

    page: str
    first: str
    second: str
    seed: int
    answered: int
    differing: int
    rows: tuple[Shown, ...]


@dataclass(frozen=True)
class Rating:
    """What one person chose on one page.

    Attributes:
        page: its hash.
        rater: who, in their own words.
        date: when, ISO 8601.
        choices: on each row of the page, in its order.
    """

    page: str
    rater: str
    date: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Comparisons:
    """The whole file.

    Attributes:
        pages: in the order of their export.
        ratings: in the order of their import.
    """

    pages: tuple[Page, ...] = ()
    ratings: tuple[Rating, ...] = ()

    def page(self, name: str) -> Page | None:
        """The page of a hash; None if none was exported."""
        return next((page for page in self.pages if page.page == name), None)

    def with_page(self, page: Page) -> Comparisons:
        """With one more page, unless it is there."""
        return self if self.page(page.page) else Comparisons((*self.pages, page), self.ratings)

    def rating(self, page: str, rater: str) -> Rating | None:
        """What a person said of a page; None for nothing."""
        return next((one for one in self.ratings if (one.page, one.rater) == (page, rater)), None)

    def with_rating(self, rating: Rating) -> Comparisons:
        """With what a person said; it takes the place of what they said of the page before."""
        others = [one for one in self.ratings if (one.page, one.rater) != (rating.page, rating.rater)]
        return Comparisons(self.pages, (*others, rating))


def read_comparisons(root: Path) -> Comparisons:
    """Read the file; nothing if there is none.

    Raises:
        EvaluationError: it is damaged.
    """
    path = root / COMPARISONS
    if not path.exists():
        return Comparisons()
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        found = Comparisons(tuple(map(_page, raw["pages"])), tuple(map(_rating, raw["ratings"])))
        _refuse_orphans(found)
    except (KeyError, TypeError, ValueError) as error:
        raise EvaluationError(
            "is not what `tunewright judge` writes",
            where=COMPARISONS.as_posix(),
            fix=f"git checkout {COMPARISONS.as_posix()}",
        ) from error
    return found


def write_comparisons(root: Path, found: Comparisons) -> None:
    """Write the file."""
    pages: Sequence[Mapping[str, Any]] = [asdict(one) for one in found.pages]
    ratings = [asdict(one) for one in found.ratings]
    write_json(root / COMPARISONS, {"about": ABOUT, "pages": pages, "ratings": ratings})


def _refuse_orphans(found: Comparisons) -> None:
    for one in found.ratings:
        page = found.page(one.page)
        if page is None or len(page.rows) != len(one.choices):
            raise ValueError("a rating of no page")


def _page(raw: Mapping[str, Any]) -> Page:
    rows = tuple(Shown(**row) for row in raw["rows"])
    if any(row.left not in get_args(Which) for row in rows):
        raise ValueError("no side")
    return Page(**{**raw, "rows": rows})


def _rating(raw: Mapping[str, Any]) -> Rating:
    date.fromisoformat(raw["date"])
    if not set(raw["choices"]) <= set(CHOICES):
        raise ValueError("no choice")
    return Rating(**{**raw, "choices": tuple(raw["choices"])})
