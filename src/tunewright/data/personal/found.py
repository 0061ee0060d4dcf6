"""`Found`: one piece of personal data in a text, and which of several that overlap counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """One piece of personal data.

    Its first four fields are those of Presidio's `RecognizerResult`, whose `entity_type` is `kind` in
    capitals, so that both kinds of findings join.

    Attributes:
        kind: what it is: `email_address`, or the name of a pattern of the project's own.
        start, end: where it stands, in characters.
        score: how sure the finder is, from 0 to 1; decides between findings that overlap.
        value: its normal form: the same for two ways of writing one number or address.
    """

    kind: str
    start: int
    end: int
    score: float
    value: str


def without_overlaps(found: Iterable[Found], taken: Iterable[tuple[int, int]] = ()) -> list[Found]:
    """The findings that count, in the order of the text: of two that overlap the surer, then the longer.

    Args:
        found: in any order.
        taken: spans (start, end) that no finding may touch.
    """
    chosen: list[Found] = []
    spans = list(taken)
    ranked = sorted(found, key=lambda one: (-one.score, one.start - one.end, one.start, one.kind))
    for one in ranked:
        if all(one.end <= start or end <= one.start for start, end in spans):
            chosen.append(one)
            spans.append((one.start, one.end))
    return sorted(chosen, key=lambda one: one.start)
