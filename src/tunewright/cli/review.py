"""`tunewright review`: hand a sample of the prepared rows to a domain expert, and take the verdicts back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime
from pathlib import Path

import typer

from tunewright.artifacts import DATA_CARD, write_text
from tunewright.cli.git_ignored import warn_if_offered
from tunewright.config.compose import compose
from tunewright.config.schema import Settings
from tunewright.data.card import read_card
from tunewright.data.review import admit
from tunewright.data.review.corrections import CORRECTIONS, Said, read_said, write_said
from tunewright.data.review.record import (
    REVIEWS,
    Review,
    differing_answers,
    read_reviews,
    with_review,
    write_reviews,
)
from tunewright.data.review.returned import Returned, named, read_returned
from tunewright.data.review.sample import Sampled, draw, prepared_keys, sample_hash
from tunewright.data.review.sheet import write_sheet
from tunewright.data.review.standing import judged_keys, left_out_of, standing, words
from tunewright.data.validate import row_check
from tunewright.errors import DataError, UsageError


def export(root: Path, folder: Path, *, again: bool) -> None:
    """Write the sample as a page and as CSV.

    Args:
        root: the project's folder, with prepared data.
        folder: where to write, relative to the project.
        again: also rows that are judged already, for a second reviewer.

    Raises:
        ConfigError: the configuration does not hold.
        TunewrightError: the data is not prepared yet.
    """
    from tunewright.reporting.review_page import render_review

    settings = compose(root)
    policy = settings.data.review
    judged = () if again else judged_keys(read_reviews(root), policy)
    rows = _draw(root, settings, judged)
    if not rows:
        typer.echo("every row of the sample is judged; --again exports it for a second reviewer")
        return
    name = sample_hash((one.row.id, one.key) for one in rows)[:8]
    page, sheet = folder / f"review-{name}.html", folder / f"review-{name}.csv"
    write_text(root / page, render_review(rows, project=settings.project.name, task=settings.task))
    write_text(root / sheet, write_sheet(rows))
    typer.echo(f"{len(rows)} rows to judge, drawn from {', '.join(policy.splits)}:")
    typer.echo(f"  {page}: open it in a browser; it works offline, and keys alone suffice")
    typer.echo(f"  {sheet}: the same rows for a spreadsheet")
    typer.echo("they hold rows of the data: give them to the reviewer alone")
    for path in (page, sheet):
        warn_if_offered(root, path)
    typer.echo("when a file comes back:\n  tunewright review import FILE")


def import_(root: Path, path: Path, reviewer: str | None, on: str | None) -> None:
    """Check a reviewer's file and record it; print what it says and what comes next.

    Args:
        root: the project's folder, with the data prepared as it was when the sample was exported.
        path: what the page saved, or the filled CSV.
        reviewer: who judged; null if the file says so.
        on: day of the review, ISO 8601; null takes the file's, else today.

    Raises:
        ConfigError: the configuration does not hold.
        UsageError: no such file, or nobody says who judged.
        DataError: the file is not finished, or not of this data; or a correction does not fit.
    """
    settings = compose(root)
    policy, where = settings.data.review, str(path)
    returned = read_returned(path)
    who = (reviewer or returned.reviewer).strip()
    if not who:
        raise UsageError("nobody says who judged", where=where, fix="add --reviewer 'Name'")
    reviews = read_reviews(root)
    full = _draw(root, settings, ())
    judged = judged_keys(reviews, policy)
    samples = [
        *(admit.imported(one) for one in reviews),
        admit.drawn(full, policy.seed),
        admit.drawn([one for one in full if one.key not in judged], policy.seed),
    ]
    sample = admit.find_sample(returned, samples, prepared_keys(root), where)
    admit.refuse_incomplete(returned, sample, where)
    rows = {one.key: one.row for one in full}
    check = row_check(settings.data, settings.task.kind, settings.task.output)
    verdicts = admit.judged_rows(returned.lines, sample, rows, check, where)
    review = Review(
        sample=returned.sample,
        seed=sample.seed,
        reviewer=who,
        date=_day(on or returned.date),
        rows={key: one for key, (one, _) in sorted(verdicts.items())},
    )
    after = with_review(reviews, review)
    at_odds = list(differing_answers(after))
    if at_odds:
        what = f"another reviewer corrected these rows otherwise: {named(at_odds)}"
        raise DataError(what, where=where, fix="have the two agree on one answer, and import again")
    answers = {key: answer for key, (_, answer) in verdicts.items()}
    # The texts go first: after a kill between the two, the same command puts things right.
    said = [one for one in read_said(root) if (one.key, one.reviewer) not in {(k, who) for k in verdicts}]
    texts = write_said(root, [*said, *_said(returned, who, answers)])
    write_reviews(root, after)
    _tell(after, settings, review, texts=texts)


def _said(returned: Returned, who: str, answers: dict[str, str]) -> list[Said]:
    return [
        Said(line.key, line.id, who, line.verdict, answers[line.key], line.comment)
        for line in returned.lines
        if answers[line.key] or line.comment
    ]


def _tell(reviews: tuple[Review, ...], settings: Settings, review: Review, *, texts: bool) -> None:
    of_seed = [one for one in reviews if one.seed == settings.data.review.seed]
    found = standing(of_seed, settings.data.review, rows=0, judged=0, left_out=0)
    typer.echo(
        f"{len(review.rows)} rows judged by {review.reviewer} on {review.date}, in {REVIEWS.as_posix()}"
    )
    typer.echo(
        f"{found.accepted} accepted, {found.edited} corrected, {found.rejected} rejected in all reviews"
    )
    typer.echo(words(found))
    for pair in found.agreements:
        kappa = "not defined" if pair.kappa is None else f"{pair.kappa:.2f}"
        typer.echo(
            f"{pair.first} and {pair.second}: agree on {pair.alike} of {pair.rows}, Cohen's kappa {kappa}"
        )
    typer.echo("next:")
    if texts:
        typer.echo(f"  dvc add {CORRECTIONS.as_posix()}     # corrected answers and comments: business data")
    typer.echo(f"  git add {REVIEWS.as_posix()}{' data/raw' if texts else ''} && git commit -m 'Review'")
    typer.echo("  dvc repro")


def _draw(root: Path, settings: Settings, judged: Collection[str]) -> list[Sampled]:
    return draw(
        root,
        settings.data.review,
        kind=settings.task.kind,
        stratify_by=settings.data.split.stratify_by,
        left_out=left_out_of(read_card(root / DATA_CARD).review),
        judged=judged,
    )


def _day(given: str) -> str:
    try:
        return date.fromisoformat(given).isoformat() if given else datetime.now(UTC).date().isoformat()
    except ValueError:
        raise UsageError(f"{given!r} is no day", where="--date", fix="--date 2026-03-01") from None
