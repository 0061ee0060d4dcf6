"""`evaluation`: how the contestants answer the test rows: the same for all, whatever the method."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tunewright.config.schema.endpoint import Endpoint
from tunewright.config.schema.judge import Judge
from tunewright.config.schema.node import Node
from tunewright.config.schema.suites import Suites


class FewShot(Node):
    """The prompt-only contestant.

    Attributes:
        k: examples from the training split, put before the question as earlier turns.
        seed: which examples are drawn.
    """

    k: int = Field(default=4, ge=1, le=64)
    seed: int = Field(default=0, ge=0)


class Reference(Node):
    """A larger model, or what does the work today, behind a server: it answers the test rows too.

    Attributes:
        enabled: ask it. The test rows, and with `few_shot` some training rows, are sent to the server.
        name: what the report calls it; null takes the name of the model.
        few_shot: ask with the examples of the base model's few-shot prompt; false asks as the tuned model is.
        endpoint: the server.
    """

    enabled: bool = False
    name: Annotated[str, Field(min_length=1)] | None = None
    few_shot: bool = False
    endpoint: Endpoint = Endpoint()

    @property
    def title(self) -> str:
        """What it is called, on one line."""
        return " ".join((self.name or self.endpoint.model or "reference").split())


class Statistics(Node):
    """How sure the numbers are.

    Attributes:
        confidence: probability that an interval holds the true value, of every interval shown.
        bootstrap_samples: resamples of the paired bootstrap.
        power: probability with which the smallest detectable difference would be shown if it were true.
    """

    confidence: float = Field(default=0.95, gt=0.5, lt=1.0)
    bootstrap_samples: int = Field(default=2000, ge=100, le=100_000)
    power: float = Field(default=0.8, gt=0.5, lt=1.0)


class Slices(Node):
    """Groups of test rows that are scored by themselves, for all contestants the same.

    Attributes:
        by: what makes them: `length` (bands of prompt length), `label` (the reference's label; of an
            extraction, each property whose values the schema lists), `meta` (each field of the rows' meta
            with 20 values at most), `meta.NAME` or `field.NAME` (one of them). Empty for no slices.
        length_bands: bands of prompt length, of about as many rows each.
        min_rows: slices of fewer rows are marked as too small to say anything.
    """

    by: tuple[Annotated[str, Field(pattern=r"^(length|label|meta|(meta|field)\..+)$")], ...] = (
        "length",
        "label",
        "meta",
    )
    length_bands: int = Field(default=4, ge=2, le=20)
    min_rows: int = Field(default=20, ge=1)


class Evaluation(Node):
    """How answers are made and scored.

    Attributes:
        precision: number format in which the model is loaded for scoring.
        load_in_4bit: score with NF4 base weights, as a 4-bit deployment would.
        max_new_tokens: an answer is cut after so many; cut answers are counted.
        batch_size: rows answered at once.
        max_rows: score the first so many test rows only (by hash order); null scores all.
    """

    precision: Literal["bf16", "fp16", "fp32"] = "bf16"
    load_in_4bit: bool = False
    max_new_tokens: int = Field(default=128, ge=1, le=32768)
    batch_size: int = Field(default=16, ge=1, le=1024)
    max_rows: int | None = Field(default=None, ge=1)
    few_shot: FewShot = FewShot()
    reference: Reference = Reference()
    judge: Judge = Judge()
    statistics: Statistics = Statistics()
    suites: Suites = Suites()
    slices: Slices = Slices()
