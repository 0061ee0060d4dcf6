"""data/review.json: who judged which rows when, by hashes; git keeps it, and it holds no text of a row.

Corrected answers and comments are business data: they lie in `corrections.CORRECTIONS`, under data/raw/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

from tunewright.artifacts import read_json, write_json
from tunewright.data.candidate import content_key
from tunewright.data.rows import Message
from tunewright.errors import DataError

REVIEWS = Path("data") / "review.json"
ABOUT = "Who judged which prepared rows, as hashes. `tunewright review import` writes it; commit it."
Verdict = Literal["accept", "edit", "reject"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
"""From the mildest to the strictest."""


@dataclass(frozen=True)
class Judged:
    """One row as one reviewer judged it.

    Attributes:
        id: of the row.
        verdict: `edit` gives another answer, `reject` takes the row out.
        after: the row's key once its answer is the corrected one; empty but for `edit`.
    """

    id: str
    verdict: Verdict
    after: str = ""


@dataclass(frozen=True)
class Review:
    """A sample as one person judged it.

    Attributes:
        sample: the sample's hash.
        seed: `data.review.seed` that drew it.
        reviewer: who judged, in their own words.
        date: when, ISO 8601.
        rows: by the row's key.
    """

    sample: str
    seed: int
    reviewer: str
    date: str
    rows: Mapping[str, Judged]


def row_key(messages: Sequence[Message]) -> str:
    """What names a prepared row by its content: another text, another key."""
    return content_key(messages)


def strictest(reviews: Sequence[Review]) -> dict[str, Judged]:
    """The verdict that holds for each row, by key: where reviewers differ, the strictest."""
    found: dict[str, Judged] = {}
    for review in reviews:
        for key, judged in review.rows.items():
            before = found.get(key)
            if before is None or VERDICTS.index(judged.verdict) > VERDICTS.index(before.verdict):
                found[key] = judged
    return found


def with_review(reviews: Sequence[Review], review: Review) -> tuple[Review, ...]:
    """The reviews with one more; it takes the place of what the same person said of the same sample."""
    others = [one for one in reviews if (one.sample, one.reviewer) != (review.sample, review.reviewer)]
    return (*others, review)


def read_reviews(root: Path) -> tuple[Review, ...]:
    """All reviews, oldest first; none if nobody has judged anything.

    Raises:
        DataError: the file is damaged, or two reviewers corrected a row otherwise.
    """
    path = root / REVIEWS
    if not path.exists():
        return ()
    raw = read_json(path)
    try:
        reviews = tuple(_review(one) for one in raw["reviews"])
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DataError(
            "is not what `tunewright review import` writes",
            where=REVIEWS.as_posix(),
            fix=f"git checkout {REVIEWS.as_posix()}",
        ) from error
    at_odds = list(differing_answers(reviews))
    if at_odds:
        raise DataError(
            f"two reviewers corrected these rows otherwise: {', '.join(at_odds)}",
            where=REVIEWS.as_posix(),
            fix="have them agree on one answer, and import one of the two files again",
        )
    return reviews


def differing_answers(reviews: Sequence[Review]) -> Iterator[str]:
    """Ids of the rows for which reviewers gave different answers; a rejected row needs none."""
    after: dict[str, str] = {}
    rejected = {key for key, judged in strictest(reviews).items() if judged.verdict == "reject"}
    for review in reviews:
        for key, judged in review.rows.items():
            if key not in rejected and judged.after and after.setdefault(key, judged.after) != judged.after:
                yield judged.id


def write_reviews(root: Path, reviews: Sequence[Review]) -> None:
    """Write data/review.json."""
    write_json(root / REVIEWS, {"about": ABOUT, "reviews": [_plain(one) for one in reviews]})


def _plain(review: Review) -> dict[str, Any]:
    rows = {
        key: {"id": one.id, "verdict": one.verdict, **({"after": one.after} if one.after else {})}
        for key, one in review.rows.items()
    }
    return {
        "sample": review.sample,
        "seed": review.seed,
        "reviewer": review.reviewer,
        "date": review.date,
        "rows": rows,
    }


def _review(raw: Mapping[str, Any]) -> Review:
    rows = {str(key): Judged(**one) for key, one in raw["rows"].items()}
    if any(
        one.verdict not in VERDICTS or (one.verdict == "edit") != bool(one.after) for one in rows.values()
    ):
        raise ValueError("no verdict")
    date.fromisoformat(raw["date"])
    return Review(str(raw["sample"]), int(raw["seed"]), str(raw["reviewer"]), raw["date"], rows)
