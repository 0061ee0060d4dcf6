"""`Enough`: whether there are as many training rows as the task's purpose asks for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from tunewright.config.schema.data import Data
from tunewright.config.schema.enough import PURPOSE_OF, RECOMMENDED
from tunewright.config.schema.task import TaskKind
from tunewright.data.shown import some
from tunewright.errors import DataError


@dataclass(frozen=True)
class Enough:
    """What is asked of the training rows, and what they lack.

    Attributes:
        purpose: what is learnt: tone, format, extraction ...
        needed: rows of the training split; of a classification, of each label.
        rows: there are: those written to the training split, each once.
        short: label -> rows it has, of those that have too few; `all rows` where none are parted.
        policy: warn or fail.
        chosen: `needed` is the project's own number, not the recommended one.
        share: of the rows that go to training.
    """

    purpose: str
    needed: int
    rows: int
    short: dict[str, int]
    policy: str
    chosen: bool
    share: float

    def __str__(self) -> str:
        """A sentence: that there are enough, or what is missing and how many raw rows would bring it."""
        asked = "asked for by data.minimum.rows" if self.chosen else f"recommended for {self.purpose}"
        each = " of each label" if self.purpose == "classification" else ""
        if not self.short:
            return f"{self.rows} training rows, enough: {self.needed}{each} are {asked}"
        missing = sum(self.needed - rows for rows in self.short.values())
        more = f"some {math.ceil(missing / self.share)} more raw rows would do"
        if self.purpose != "classification":
            return f"{self.rows} training rows, {missing} fewer than the {self.needed} {asked}: {more}"
        ranked = sorted(self.short.items(), key=lambda entry: (entry[1], entry[0]))
        named = some([f"{label} {rows}" for label, rows in ranked])
        labels = f"{len(ranked)} label{'s' if len(ranked) > 1 else ''}"
        return f"{labels} with fewer training rows than the {self.needed} {asked}: {named}; {more}"


ALL_ROWS = "all rows"


def enough(data: Data, kind: TaskKind, rows: Mapping[str, int]) -> Enough:
    """Compare the training rows with what is asked of them.

    Args:
        data: with the minimum, and the share of the rows that go to training.
        kind: the task's kind, from which the purpose follows where none is declared.
        rows: of training: for a classification by label, also labels that have none; else all, by any key.
    """
    minimum = data.minimum
    purpose = minimum.purpose or PURPOSE_OF[kind]
    needed = minimum.rows or RECOMMENDED[purpose]
    total = sum(rows.values())
    counted = rows if kind == "classification" else {ALL_ROWS: total}
    return Enough(
        purpose=purpose,
        needed=needed,
        rows=total,
        short={name: count for name, count in counted.items() if count < needed},
        policy=minimum.policy,
        chosen=minimum.rows is not None,
        share=data.split.train,
    )


def refuse_too_few(found: Enough) -> None:
    """Stop where rows are missing and the policy is `fail`.

    Raises:
        DataError: says what is missing, with numbers.
    """
    if found.short and found.policy == "fail":
        raise DataError(
            f"too few rows: {found}",
            where="data.minimum",
            fix="add rows under data/raw/ and `dvc repro prepare` (what there is was prepared, see "
            "artifacts/data/card.json), or go on with less: tunewright set data.minimum.policy=warn",
        )
