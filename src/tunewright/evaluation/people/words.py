"""What raters say, in lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from tunewright.evaluation.people.standing import PageStanding, Tally
from tunewright.evaluation.statistics import Interval


def standing_lines(found: PageStanding, confidence: float) -> Iterator[str]:
    """The whole, then each rater, then how far they agree."""
    page = found.page
    yield f"page {page.page[:8]}, {page.first} against {page.second} ({100 * confidence:g} % confidence):"
    if len(found.raters) > 1:
        yield f"  all together: {tally_words(found.together, page.first)}"
    for one in found.raters:
        yield f"  {one.rater}: {tally_words(one, page.first)}"
    if found.pairs:
        what = "Cohen's kappa" if len(found.raters) == 2 else "mean of Cohen's kappa over pairs"
        value = "not defined" if found.kappa is None else f"{found.kappa:.2f}"
        alike = sum(pair.alike for pair in found.pairs)
        yield f"  agreement: alike {alike} times of {sum(pair.rows for pair in found.pairs)}, {what} {value}"


def tally_words(one: Tally, first: str) -> str:
    """Counts, win rate with its interval, sign test, sides."""
    counts = f"{one.wins} won, {one.ties} tied, {one.losses} lost, {one.skipped} skipped"
    if one.win_rate is None:
        return f"{counts}; nothing to count"
    said = f"{counts}; win rate of {first} {_share(one.win_rate)}, sign test p = {one.p:.2g}"
    return said if one.left is None else f"{said}; chose the left answer in {_share(one.left)}"


def _share(found: Interval) -> str:
    return f"{100 * found.value:.1f} % ({100 * found.low:.1f} to {100 * found.high:.1f})"
