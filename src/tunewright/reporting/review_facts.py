"""Who reviewed the data and what came of it, as names and values for report and model card."""

from __future__ import annotations

from tunewright.data.review.standing import ReviewStanding, words
from tunewright.reporting import numbers


def reviewed_by(found: ReviewStanding | None) -> str:
    """The reviewers with their dates in a line; says so if there are none."""
    if found is None or not found.reviewers:
        return "nobody"
    return "; ".join(f"{one.name} ({one.date})" for one in found.reviewers)


def review_facts(found: ReviewStanding | None) -> tuple[tuple[str, str], ...]:
    """Reviewers with dates, how much is judged, quality with its interval, agreement; says so if none."""
    if found is None or not found.reviewers:
        return (("Reviewed by a domain expert", "no row"),)
    return (
        *(
            ("Reviewed by", f"{one.name}, {one.date}, {numbers.count(one.rows)} rows drawn at random")
            for one in found.reviewers
        ),
        (
            "Judged of the data as it is",
            f"{numbers.count(found.judged)} rows; {numbers.count(found.due)} are due",
        ),
        ("Quality before the review", words(found)),
        (
            "What came of it",
            f"{numbers.count(found.edited)} answers corrected, {numbers.count(found.rejected)} rows rejected",
        ),
        *(
            (
                "Agreement",
                f"{one.first} and {one.second}: alike on {numbers.count(one.alike)} of "
                f"{numbers.count(one.rows)} rows, Cohen's kappa "
                + ("not defined" if one.kappa is None else numbers.decimal(one.kappa)),
            )
            for one in found.agreements
        ),
    )
