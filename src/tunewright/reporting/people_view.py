"""The section "Judged by people": what raters chose, as texts for the template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tunewright.evaluation.people.standing import PageStanding, Tally
from tunewright.evaluation.predictions import Contestant
from tunewright.evaluation.statistics import Interval
from tunewright.reporting import numbers

TWO = 2


@dataclass(frozen=True)
class RaterRow:
    """One rater, or all together, as texts."""

    who: str
    wins: str
    ties: str
    losses: str
    skipped: str
    win_rate: str
    win_interval: str
    p: str
    left: str
    left_interval: str


@dataclass(frozen=True)
class PeoplePage:
    """One page: who was compared on which rows, what raters say, what must be known about it."""

    title: str
    first: str
    about: str
    rows: tuple[RaterRow, ...]
    agreement: str
    warning: str


def people_pages(
    found: Sequence[PageStanding], contestants: Mapping[Contestant, str]
) -> tuple[PeoplePage, ...]:
    """A page each, in the order of their export.

    Args:
        found: what raters say.
        contestants: their names in words; one that is not there any more keeps its own.
    """
    return tuple(_page(one, contestants) for one in found)


def _page(one: PageStanding, contestants: Mapping[Contestant, str]) -> PeoplePage:
    page = one.page
    first, second = (
        next((words for who, words in contestants.items() if who == name), name)
        for name in (page.first, page.second)
    )
    together = () if len(one.raters) < TWO else (_row("All together, by row", one.together),)
    return PeoplePage(
        title=f"{first} against {second}",
        first=first,
        about=(
            f"{numbers.count(len(page.rows))} rows, drawn at random from the {numbers.count(page.differing)} "
            f"of {numbers.count(page.answered)} test rows on which the two answers differ. Sides were "
            "shuffled, names hidden."
        ),
        rows=(*together, *(_row(f"{rater.rater}, {rater.date}", rater) for rater in one.raters)),
        agreement=_agreement(one),
        warning=_warning(one),
    )


def _row(who: str, tally: Tally) -> RaterRow:
    win, win_interval = _share(tally.win_rate)
    left, left_interval = _share(tally.left)
    return RaterRow(
        who=who,
        wins=numbers.count(tally.wins),
        ties=numbers.count(tally.ties),
        losses=numbers.count(tally.losses),
        skipped=numbers.count(tally.skipped),
        win_rate=win,
        win_interval=win_interval,
        p=numbers.p_value(tally.p),
        left=left,
        left_interval=left_interval,
    )


def _share(found: Interval | None) -> tuple[str, str]:
    if found is None:
        return "–", ""
    return f"{100 * found.value:.1f} %", f"[{100 * found.low:.1f}, {100 * found.high:.1f}]"


def _agreement(one: PageStanding) -> str:
    if not one.pairs:
        return ""
    rows, alike = sum(pair.rows for pair in one.pairs), sum(pair.alike for pair in one.pairs)
    kappa = "not defined" if one.kappa is None else numbers.decimal(round(one.kappa, 3))
    if len(one.raters) == TWO:
        return f"The two raters chose alike on {alike} of {rows} rows: Cohen's kappa {kappa}."
    return f"Raters chose alike {alike} of {rows} times: mean of Cohen's kappa over all pairs {kappa}."


def _warning(one: PageStanding) -> str:
    rows = len(one.page.rows)
    if one.unchanged is None or one.unchanged == rows:
        return ""
    changed = f"{numbers.count(rows - one.unchanged)} of {numbers.count(rows)}"
    return (
        f"Judged were earlier answers: on {changed} rows a contestant answers otherwise now. "
        "This says nothing of the present model: export anew."
    )
