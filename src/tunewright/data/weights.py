"""The weight of a source: how often a row counts in training."""

from __future__ import annotations

import hashlib
import math


def repetitions(row_id: str, weight: float, seed: int) -> int:
    """How many times a training row is written; it depends on nothing but these.

    A weight of 2.5 gives every row twice and half of the rows a third time. The higher the weight, the
    more of the rows: what a lower weight keeps a higher one keeps too.

    Args:
        row_id: the row's id.
        weight: of its source, above 0.
        seed: another seed chooses other rows for the fraction.
    """
    whole = math.floor(weight)
    digest = hashlib.sha256(f"{seed} {row_id}".encode("utf-8", errors="surrogatepass")).digest()
    drawn = int.from_bytes(digest[:8], "big") / 2**64
    return whole + (drawn < weight - whole)
