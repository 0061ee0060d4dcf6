"""`evaluation`: how base and tuned model answer the test rows: the same for both, whatever the method."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

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


class Statistics(Node):
    """How sure the numbers are.

    Attributes:
        confidence: probability that an interval holds the true value, of every interval shown.
        bootstrap_samples: resamples of the paired bootstrap.
    """

    confidence: float = Field(default=0.95, gt=0.5, lt=1.0)
    bootstrap_samples: int = Field(default=2000, ge=100, le=100_000)


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
    statistics: Statistics = Statistics()
    suites: Suites = Suites()
