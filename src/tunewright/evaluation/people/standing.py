"""What raters say of two contestants: win rates, how sure they are, whether raters agree and sides mattered.

The win rate of the first counts a tie as half a win, as the code of L. Zheng et al. (2023, arXiv:2306.05685)
does; its interval is the bootstrap's over rows, so that several raters of one row do not pass for several
rows. The sign test (W. Dixon and A. Mood 1946, The statistical sign test, JASA 41) leaves ties out; it is the
binomial tail of McNemar's. Sides: the share of the left answer among choices for either; on half of the rows
the first contestant stands there, so without a liking for a side it is about one half, whoever is better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tunewright.agreement import Agreement, agreements, light_kappa
from tunewright.config.schema.evaluation import Statistics
from tunewright.config.schema.task import TaskKind
from tunewright.data.candidate import digest
from tunewright.evaluation.metrics.score import shares
from tunewright.evaluation.paired import mcnemar
from tunewright.evaluation.people.pairs import shown
from tunewright.evaluation.people.record import Comparisons, Page, Rating
from tunewright.evaluation.predictions import Contestant, Prediction
from tunewright.evaluation.statistics import Interval

WORTH = {"first": 1.0, "tie": 0.5, "second": 0.0}


@dataclass(frozen=True)
class Tally:
    """Choices of one rater, or of all together, where each row counts once by the mean of its raters.

    Attributes:
        rater: who; empty for all together.
        date: when, ISO 8601; empty for all together.
        wins, ties, losses: rows for the first contestant, for neither, for the second.
        skipped: rows without a choice.
        win_rate: of the first, a tie being half a win; null if every row was skipped.
        p: of the sign test: how often chance alone would make wins and losses at least as unequal.
        left: share of the left answer among choices for either; null if there is none.
    """

    rater: str
    date: str
    wins: int
    ties: int
    losses: int
    skipped: int
    win_rate: Interval | None
    p: float
    left: Interval | None


@dataclass(frozen=True)
class PageStanding:
    """What raters say on one page.

    Attributes:
        page: its key.
        raters: in the order of their import.
        together: all of them.
        pairs: of any two raters who chose on the same rows: first, second or tie.
        kappa: Cohen's kappa of two raters, of more the mean over all pairs (Light 1971); null for one.
        unchanged: rows on which both contestants still answer what was judged; null where that is not asked.
    """

    page: Page
    raters: tuple[Tally, ...]
    together: Tally
    pairs: tuple[Agreement, ...]
    kappa: float | None
    unchanged: int | None = None


def standings(
    found: Comparisons,
    statistics: Statistics,
    answers: Mapping[Contestant, Sequence[Prediction]] | None = None,
    kind: TaskKind = "chat",
) -> tuple[PageStanding, ...]:
    """What raters say, page by page; pages that nobody has judged are left out.

    Args:
        found: the record.
        statistics: of the intervals.
        answers: of each contestant now, to see whether it is they that were judged; None not to ask.
        kind: of the task, by which answers are shown.
    """
    now: dict[str, dict[str, str]] | None = None
    if answers is not None:
        now = {who: _hashes(rows, kind) for who, rows in answers.items()}
    made = []
    for page in found.pages:
        ratings = [one for one in found.ratings if one.page == page.page]
        if ratings:
            made.append(_standing(page, ratings, statistics, now))
    return tuple(made)


def _standing(
    page: Page,
    ratings: Sequence[Rating],
    statistics: Statistics,
    now: Mapping[str, Mapping[str, str]] | None,
) -> PageStanding:
    said = {
        one.rater: {
            row.row: choice for row, choice in zip(page.rows, one.choices, strict=True) if choice != "skip"
        }
        for one in ratings
    }
    pairs = agreements(said)
    return PageStanding(
        page=page,
        raters=tuple(tally(page, [one], statistics, one.rater, one.date) for one in ratings),
        together=tally(page, ratings, statistics),
        pairs=pairs,
        kappa=light_kappa(pairs),
        unchanged=None
        if now is None
        else sum(_same(page, row.id, row.first, row.second, now) for row in page.rows),
    )


def tally(
    page: Page, ratings: Sequence[Rating], statistics: Statistics, rater: str = "", date: str = ""
) -> Tally:
    """Count the choices of some ratings of one page, a row counting once."""
    worth: list[float] = []
    left: list[float] = []
    for row, *choices in zip(page.rows, *(one.choices for one in ratings), strict=True):
        made = [choice for choice in choices if choice != "skip"]
        if made:
            worth.append(_mean([WORTH[choice] for choice in made]))
        decided = [choice for choice in made if choice != "tie"]
        if decided:
            left.append(_mean([float(choice == row.left) for choice in decided]))
    wins, losses = sum(one > 0.5 for one in worth), sum(one < 0.5 for one in worth)
    return Tally(
        rater=rater,
        date=date,
        wins=wins,
        ties=len(worth) - wins - losses,
        losses=losses,
        skipped=len(page.rows) - len(worth),
        win_rate=shares(worth).interval(statistics) if worth else None,
        p=mcnemar(wins, losses),
        left=shares(left).interval(statistics) if left else None,
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _hashes(rows: Sequence[Prediction], kind: TaskKind) -> dict[str, str]:
    return {one.id: digest(shown(one.answer, kind)) for one in rows}


def _same(page: Page, name: str, first: str, second: str, now: Mapping[str, Mapping[str, str]]) -> bool:
    return (now.get(page.first, {}).get(name), now.get(page.second, {}).get(name)) == (first, second)
