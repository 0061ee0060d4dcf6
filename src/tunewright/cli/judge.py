"""`tunewright judge`: have people choose between two contestants' answers, blind, and count their choices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import typer

from tunewright.artifacts import TEST_ROWS, read_jsonl, write_jsonl, write_text
from tunewright.cli.git_ignored import warn_if_offered
from tunewright.config.compose import compose
from tunewright.data.rows import read_rows
from tunewright.errors import DataError
from tunewright.evaluation.people.answers import answers_of_all, two_of
from tunewright.evaluation.people.pairs import draw_pairs, make_page, pairs_of
from tunewright.evaluation.people.record import COMPARISONS, Comparisons, read_comparisons, write_comparisons
from tunewright.evaluation.people.returned import Returned, read_rating
from tunewright.evaluation.people.standing import standings
from tunewright.evaluation.people.words import standing_lines

COMMENTS = Path(".tunewright") / "judge" / "comments.jsonl"


def export(root: Path, folder: Path, *, first: str, second: str, number: int, seed: int) -> None:
    """Write a page with pairs of answers, and its key into data/comparisons.json.

    Args:
        root: the project's folder, with predictions.
        folder: where the page goes, relative to the project.
        first, second: the contestants.
        number: of rows; fewer if fewer differ.
        seed: that draws them.

    Raises:
        ConfigError: the configuration does not hold.
        UsageError: no such contestants.
        TunewrightError: there are no predictions yet, or nothing in them differs.
    """
    from tunewright.reporting.comparison_page import render_comparison

    settings = compose(root)
    one, other = two_of(
        answers_of_all(root, with_reference=settings.evaluation.reference.enabled), first, second
    )
    rows = {row.id: row for row in read_rows(root / TEST_ROWS)}
    everything = pairs_of(rows, one, other, settings.task.kind)
    drawn = draw_pairs(everything, number, seed)
    known = read_comparisons(root)
    page = make_page(drawn, everything, first=first, second=second, seed=seed, known=known)
    path = folder / f"comparison-{page.page[:8]}.html"
    # The key goes first: a page without a key would be judged for nothing.
    write_comparisons(root, known.with_page(page))
    write_text(root / path, render_comparison(page, drawn, project=settings.project.name, task=settings.task))
    typer.echo(
        f"{len(drawn)} rows to compare, {first} against {second}; of {page.answered} test rows "
        f"{page.differing} have answers that differ"
    )
    typer.echo(f"  {path}: open it in a browser; it works offline, and keys alone suffice")
    typer.echo(
        f"  {COMPARISONS.as_posix()}: its key; commit it, and keep it from the raters until they are done"
    )
    typer.echo("the page holds rows of the data: give it to the raters alone")
    warn_if_offered(root, path)
    typer.echo("when files come back:\n  tunewright judge import FILE ...")


def import_(root: Path, paths: Sequence[Path], *, replace: bool) -> None:
    """Check and unblind raters' files, record them, print what raters say.

    Args:
        root: the project's folder.
        paths: what the pages saved; all of them count, or none.
        replace: take what somebody says anew in place of what they said of the same page.

    Raises:
        ConfigError: the configuration does not hold.
        UsageError: no such file.
        DataError: a file cannot be used, or was imported already.
    """
    settings = compose(root)
    known = read_comparisons(root)
    today = datetime.now(UTC).date().isoformat()
    taken: list[Returned] = []
    for path in paths:
        found = read_rating(path, known, today)
        _refuse_twice(found, path, taken, known, replace=replace)
        taken.append(found)
    for found in taken:
        known = known.with_rating(found.rating)
    comments = _write_comments(root, taken)
    write_comparisons(root, known)
    for found in taken:
        rows = len(found.rating.choices)
        typer.echo(f"{rows} rows judged by {found.rating.rater}, in {COMPARISONS.as_posix()}")
    pages = {found.rating.page for found in taken}
    for standing in standings(known, settings.evaluation.statistics):
        if standing.page.page in pages:
            typer.echo("\n".join(standing_lines(standing, settings.evaluation.statistics.confidence)))
    if comments:
        typer.echo(f"comments: {COMMENTS.as_posix()} (on this machine alone; keep the raters' files)")
    typer.echo(
        f"next:\n  git add {COMPARISONS.as_posix()} && git commit -m 'Comparison by people'\n  dvc repro"
    )


def _refuse_twice(
    found: Returned, path: Path, taken: Sequence[Returned], known: Comparisons, *, replace: bool
) -> None:
    rating = found.rating
    name = f"{rating.rater}'s choices on page {rating.page[:8]}"
    if any((one.rating.page, one.rating.rater) == (rating.page, rating.rater) for one in taken):
        raise DataError(f"{name} stand in two of these files", where=str(path), fix="import one of the two")
    before = known.rating(rating.page, rating.rater)
    if before is not None and not replace:
        what = f"{name} are imported already (saved {before.date})"
        raise DataError(
            what,
            where=str(path),
            fix="leave the file out; or add --replace if it holds a second thought. Another person of the "
            "same name needs another one",
        )


def _write_comments(root: Path, taken: Sequence[Returned]) -> bool:
    """Keep what raters wrote out of git: it is theirs, and may quote rows; returns whether there is any."""
    path = root / COMMENTS
    new = [line for found in taken for line in _comment_lines(found)]
    if new:
        said = {(found.rating.page, found.rating.rater) for found in taken}
        old = list(read_jsonl(path)) if path.exists() else []
        write_jsonl(path, [*(one for one in old if (one["page"], one["rater"]) not in said), *new])
    return bool(new)


def _comment_lines(found: Returned) -> Iterator[dict[str, str]]:
    for one in found.comments:
        yield {
            "page": found.rating.page,
            "rater": found.rating.rater,
            "id": one.id,
            "choice": one.choice,
            "comment": one.comment,
        }
