"""`data.review`: how much of the prepared data a domain expert judges, and what training asks of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tunewright.config.schema.node import Node


class Review(Node):
    """The review of a random sample of prepared rows.

    Attributes:
        policy: `none` lets training begin whatever was reviewed; `require` lets it begin once the sample is
            judged and the share of accepted rows is not shown to be below `min_quality`.
        share: of the rows that is drawn, in proportion from each split, source and label.
        min_rows: at least as many are drawn, or all rows there are; 73 rows without a fault are the
            fewest that show 0.95 at a confidence of 0.95.
        splits: whose rows are drawn. `test` puts test rows on the reviewer's page: name it only if whoever
            tunes the model does not open that page.
        seed: another seed draws another sample, and what was judged of the former no longer counts; for
            data that was mended throughout.
        min_quality: the share of rows that the reviewer should accept as they are.
        confidence: of the interval around that share, two-sided.
    """

    policy: Literal["none", "require"] = "none"
    share: float = Field(default=0.10, gt=0.0, le=1.0)
    min_rows: int = Field(default=75, ge=1)
    splits: tuple[Literal["train", "validation", "test"], ...] = Field(
        default=("train", "validation"), min_length=1
    )
    seed: Annotated[int, Field(ge=0)] = 0
    min_quality: float = Field(default=0.95, gt=0.0, lt=1.0)
    confidence: float = Field(default=0.95, gt=0.5, lt=1.0)
