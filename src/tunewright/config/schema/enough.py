"""`data.minimum`, `data.balance`, `data.coverage`: how many training rows are enough, and of which kinds."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tunewright.config.schema.node import Node
from tunewright.config.schema.task import TaskKind

Purpose = Literal["classification", "tone", "format", "extraction", "vocabulary", "instructions"]

RECOMMENDED: dict[Purpose, int] = {
    "classification": 50,
    "tone": 100,
    "format": 200,
    "extraction": 200,
    "vocabulary": 500,
    "instructions": 1000,
}
"""Training rows from which tuning is worth a try, a rule of thumb; of a classification, of each label."""

PURPOSE_OF: dict[TaskKind, Purpose] = {
    "classification": "classification",
    "extraction": "extraction",
    "generation": "tone",
    "chat": "instructions",
}
"""What a task of that kind is taken to be for where the project does not say."""

LEAST_TEST_ROWS = 30
"""With fewer the interval of a share is some 35 percentage points wide."""


class Minimum(Node):
    """How many training rows are enough.

    Attributes:
        purpose: what is learnt, from which the recommended number follows: tone 100, format 200,
            extraction 200, vocabulary 500, instructions 1000, classification 50 of each label. null takes it
            from task.kind: classification, extraction, tone for generation, instructions for chat.
        rows: another number than the recommended one; of a classification, of each label.
        policy: `warn` says what is missing, `fail` also stops `prepare`. Counted are the rows of the training
            split, each once, however often it is repeated.
    """

    purpose: Purpose | None = None
    rows: int | None = Field(default=None, ge=1)
    policy: Literal["warn", "fail"] = "warn"


class Balance(Node):
    """How many training rows the classes have beside each other; validation and test stay as they are.

    Attributes:
        policy: `report` counts; `downsample` removes rows of larger classes; `oversample` repeats rows of
            smaller ones. Which rows is decided by a hash of their ids. Weights of sources count before.
        by: what parts the rows into classes: `completion` (the label), `completion.KEY` for a key of an
            extraction, or a field of data.fields.meta. null is the label of a classification, and nothing
            otherwise.
        ratio: how many times the smallest class the largest may be after downsample or oversample.
        warn_above: a largest class of more than this many times the smallest is warned of.
    """

    policy: Literal["report", "downsample", "oversample"] = "report"
    by: Annotated[str, Field(min_length=1)] | None = None
    ratio: float = Field(default=1.0, ge=1.0)
    warn_above: float = Field(default=10.0, ge=1.0)


class Coverage(Node):
    """What of the rows is met in which split: values of meta fields and of the answer, bands of length.

    Attributes:
        min_rows: a slice of the test with fewer training rows than this is warned of, and a slice of training
            with fewer test rows.
    """

    min_rows: int = Field(default=5, ge=1)
