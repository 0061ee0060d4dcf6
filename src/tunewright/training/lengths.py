"""How long rows are under the model's chat template, and what `method.max_length` does to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tunewright.config.schema.method import TooLong

CONSEQUENCES: dict[TooLong, str] = {
    "error": "training refuses every one and does not start",
    "drop": "training leaves out every one",
    "truncate": "training cuts the oldest part of the prompt",
}


@dataclass(frozen=True)
class TokenLengths:
    """Rows by their number of tokens: least, percentiles (nearest rank), greatest.

    Attributes:
        rows: how many there are.
        over: how many have more than `max_length` tokens.
    """

    rows: int
    min: int
    p50: int
    p90: int
    p99: int
    max: int
    over: int
    max_length: int

    def __str__(self) -> str:
        """All of it on one line."""
        over = f"{self.over} of {self.rows} rows ({self.over / self.rows:.1%})" if self.over else "none"
        return (
            f"{self.min} least, {self.p50} median, {self.p90} p90, {self.p99} p99, {self.max} most; "
            f"{over} over method.max_length={self.max_length}"
        )


def token_lengths(lengths: Sequence[int], max_length: int) -> TokenLengths:
    """Describe rows of these many tokens each.

    Raises:
        ValueError: there are no rows.
    """
    if not lengths:
        raise ValueError("no rows")
    ranked = sorted(lengths)
    p50, p90, p99 = (ranked[-(-len(ranked) * percent // 100) - 1] for percent in (50, 90, 99))
    over = sum(length > max_length for length in ranked)
    return TokenLengths(len(ranked), ranked[0], p50, p90, p99, ranked[-1], over, max_length)


def consequence(too_long: TooLong) -> str:
    """What the policy does to rows over the limit."""
    return f"{CONSEQUENCES[too_long]} (method.too_long={too_long})"
