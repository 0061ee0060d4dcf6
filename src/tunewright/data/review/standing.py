"""Where the review stands: how much is judged, how good the rows are, how sure that is; may train begin?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tunewright import agreement
from tunewright.agreement import Agreement
from tunewright.artifacts import CLEARANCE, read_json, write_json
from tunewright.config.schema.review import Review as Policy
from tunewright.data.review.record import REVIEWS, Review, row_key, strictest
from tunewright.data.review.sample import rows_due
from tunewright.data.rows import Row
from tunewright.errors import TrainingError
from tunewright.proportions import rows_to_tell, wilson

EXPORT = "tunewright review export"
Outcome = Literal["reached", "below", "open", "unknown"]


@dataclass(frozen=True)
class Reviewer:
    """One review.

    Attributes:
        name: who.
        date: when, ISO 8601.
        rows: judged.
    """

    name: str
    date: str
    rows: int


@dataclass(frozen=True)
class ReviewStanding:
    """What a domain expert said of a random sample of the prepared rows.

    Attributes:
        policy: `data.review.policy`.
        due: rows of the data as it is that are to be judged.
        judged: of the rows that are there or that a reviewer has taken out, those that are judged.
        left_out: rows that a reviewer has taken out.
        accepted, edited, rejected: rows by verdict, all that the seed drew; the strictest counts
            where reviewers differ.
        quality: share of accepted rows, as they were before the review; null if none is judged.
        low, high: its Wilson interval; null if none is judged.
        min_quality, confidence: `data.review`.
        outcome: whether `quality` is shown to reach `min_quality`, or to be `below`, or is left `open`;
            `unknown` if none is judged.
        would_do: rows that would settle it if the share stayed as it is; null where none would,
            or it is settled.
        reviewers: oldest first.
        agreements: of any two reviewers who judged the same rows.
    """

    policy: str
    due: int
    judged: int
    left_out: int
    accepted: int
    edited: int
    rejected: int
    quality: float | None
    low: float | None
    high: float | None
    min_quality: float
    confidence: float
    outcome: Outcome
    would_do: int | None
    reviewers: tuple[Reviewer, ...]
    agreements: tuple[Agreement, ...]


class Reviewed:
    """Counts, row by row, how much of the written data is judged."""

    def __init__(self, reviews: Sequence[Review], policy: Policy) -> None:
        """Begin with no row.

        Args:
            reviews: of data/review.json.
            policy: `data.review`.
        """
        self._reviews = [one for one in reviews if one.seed == policy.seed]
        self._policy = policy
        self._asked = policy.policy != "none" or bool(reviews)
        self._known = known_keys(self._reviews)
        self._rows = self._judged = 0

    def see(self, split: str, row: Row) -> None:
        """Count a row that is written."""
        if not self._asked or split not in self._policy.splits:
            return
        self._rows += 1
        self._judged += bool(self._known) and row_key(row.messages) in self._known

    def standing(self, left_out: int) -> ReviewStanding | None:
        """Where the review stands; None where nobody asks for one and none was made.

        Args:
            left_out: rows that were not written since a reviewer has rejected them.
        """
        if not self._asked:
            return None
        return standing(self._reviews, self._policy, rows=self._rows, judged=self._judged, left_out=left_out)


def known_keys(reviews: Sequence[Review]) -> frozenset[str]:
    """Keys of rows that are judged, as they were and as they are once corrected."""
    return frozenset(
        key for one in reviews for before, judged in one.rows.items() for key in (before, judged.after) if key
    )


def standing(
    reviews: Sequence[Review], policy: Policy, *, rows: int, judged: int, left_out: int
) -> ReviewStanding:
    """Sum up reviews.

    Args:
        reviews: those of the policy's seed.
        policy: `data.review`.
        rows: that are written.
        judged: of these, how many are judged.
        left_out: not written since a reviewer has rejected them.
    """
    verdicts = [one.verdict for one in strictest(reviews).values()]
    count = {name: verdicts.count(name) for name in ("accept", "edit", "reject")}
    low = high = quality = would_do = None
    outcome: Outcome = "unknown"
    if verdicts:
        quality = count["accept"] / len(verdicts)
        low, high = wilson(count["accept"], len(verdicts), policy.confidence)
        outcome = "reached" if low >= policy.min_quality else "below" if high < policy.min_quality else "open"
        if outcome == "open":
            would_do = rows_to_tell(quality, policy.min_quality, policy.confidence)
    return ReviewStanding(
        policy=policy.policy,
        due=rows_due(rows + left_out, policy),
        judged=judged + left_out,
        left_out=left_out,
        accepted=count["accept"],
        edited=count["edit"],
        rejected=count["reject"],
        quality=quality,
        low=low,
        high=high,
        min_quality=policy.min_quality,
        confidence=policy.confidence,
        outcome=outcome,
        would_do=would_do,
        reviewers=tuple(Reviewer(one.reviewer, one.date, len(one.rows)) for one in reviews),
        agreements=agreements(reviews),
    )


def agreements(reviews: Sequence[Review]) -> tuple[Agreement, ...]:
    """Of any two reviewers on the rows that both judged: accepted, or not."""
    by_name: dict[str, dict[str, bool]] = {}
    for review in reviews:
        said = by_name.setdefault(review.reviewer, {})
        said |= {key: judged.verdict == "accept" for key, judged in review.rows.items()}
    return agreement.agreements(by_name)


def words(found: ReviewStanding) -> str:
    """Quality and verdict as a sentence."""
    least = f"{100 * found.min_quality:g} %"
    if found.quality is None or found.low is None or found.high is None:
        return "no row of the sample is judged"
    count = found.accepted + found.edited + found.rejected
    head = (
        f"{found.accepted} of {count} rows accepted, {100 * found.quality:.1f} % "
        f"({100 * found.low:.1f} to {100 * found.high:.1f} at {100 * found.confidence:g} % confidence): "
    )
    if found.outcome == "reached":
        return head + f"shown to be at least {least}"
    if found.outcome == "below":
        return head + f"shown to be below {least}"
    if found.would_do is None:
        return head + f"just {least}, which no number of rows can tell from it"
    return head + (
        f"the sample is too small to say whether it is {least}; about {found.would_do} rows would do "
        "if the share stayed as it is"
    )


def write_clearance(root: Path, found: ReviewStanding | None) -> None:
    """Write whether training may begin.

    The file holds nothing else: train depends on it, and must not run again for a review that changes no row.
    """
    what, fix = "", ""
    if found is not None and found.policy == "require":
        if found.judged < found.due:
            what = (
                f"data.review.policy is require, and of {found.due} rows that are to be judged "
                f"{found.judged} are"
            )
            fix = f"{EXPORT}, have a domain expert judge them, tunewright review import FILE, dvc repro"
        elif found.outcome == "below":
            what = f"the reviewer finds the rows not good enough: {words(found)}"
            fix = (
                "mend the raw data where the comments say (all of it, not the sample alone), then draw a new "
                f"sample: tunewright set data.review.seed=N && dvc repro prepare && {EXPORT}"
            )
    write_json(root / CLEARANCE, {"refusal": what, "fix": fix})


def refuse_without_clearance(root: Path) -> None:
    """Stop training where the review that the policy asks for is missing or went badly.

    Raises:
        TrainingError: it is; says what to do.
    """
    raw = read_json(root / CLEARANCE)
    if raw["refusal"]:
        raise TrainingError(raw["refusal"], where=REVIEWS.as_posix(), fix=raw["fix"])


def left_out_of(found: ReviewStanding | None) -> int:
    """Rows that a reviewer has taken out, as the data card has it."""
    return 0 if found is None else found.left_out


def judged_keys(reviews: Sequence[Review], policy: Policy) -> Collection[str]:
    """Keys of rows that need not be judged again under the policy's seed."""
    return known_keys([one for one in reviews if one.seed == policy.seed])
