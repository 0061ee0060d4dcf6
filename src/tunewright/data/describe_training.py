"""What the data card says of the training rows alone: whether they are enough, and of which classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tunewright.config.schema.data import Data
from tunewright.config.schema.task import OutputContract, TaskKind
from tunewright.data.balance import ANSWER, Classes, Training
from tunewright.data.enough import ALL_ROWS, Enough, enough
from tunewright.data.rows import Row
from tunewright.data.shown import MANY_VALUES, MOST_VALUES


@dataclass(frozen=True)
class ClassRows:
    """The training rows of a class.

    Attributes:
        rows: before balancing.
        kept: of these, those that were not left out.
        lines: as which the kept ones are written, weights of sources and repetitions counted.
    """

    rows: int
    kept: int
    lines: int


@dataclass(frozen=True)
class ClassBalance:
    """How the classes of the training split stand.

    Attributes:
        by: what parts the rows: `completion`, `completion.KEY` or a meta field.
        policy: report, downsample or oversample.
        classes: rows by class; those of a meta field with many values are one entry, which says so.
        largest, smallest: lines of the largest and of the smallest class that has any.
    """

    by: str
    policy: str
    classes: dict[str, ClassRows]
    largest: int
    smallest: int


class TrainingDescription:
    """Counts of training rows that are seen one by one as they are written.

    Args:
        data: with minimum and balance.
        kind: the task's kind.
        output: the contract of an answer.
        classes: tells the class of a row.
        training: the balanced training split.
    """

    def __init__(
        self, data: Data, kind: TaskKind, output: OutputContract, classes: Classes, training: Training
    ) -> None:
        """Nothing seen yet; labels without a row count as classes that lack all."""
        self._data = data
        self._kind = kind
        self._classes = classes
        self._training = training
        self._written = Counter(dict.fromkeys(output.labels or (), 0) if kind == "classification" else {})
        self._kept: Counter[str] = Counter()
        self._lines: Counter[str] = Counter()
        self._most_lines = 0

    def see(self, number: int, row: Row) -> int:
        """Count a row; returns as how many lines it is to be written."""
        lines = self._training.lines.get(number, 1)
        self._written[row.reference if self._kind == "classification" else ALL_ROWS] += lines > 0
        name = self._classes.of(row) if self._classes.by is not None else ALL_ROWS
        self._kept[name] += 1
        self._lines[name] += lines
        self._most_lines = max(self._most_lines, lines)
        return lines

    def enough(self) -> Enough:
        """Whether the rows written are enough."""
        return enough(self._data, self._kind, self._written)

    def balance(self) -> ClassBalance | None:
        """How the classes stand; nothing where nothing parts the rows."""
        by = self._classes.by
        if by is None:
            return None
        removed = self._training.removed_by_class
        listed = {
            name: ClassRows(kept + removed.get(name, 0), kept, self._lines[name])
            for name, kept in sorted(self._kept.items())
        }
        sizes = [one.lines for one in listed.values() if one.lines]
        of_meta = by.partition(".")[0] != ANSWER
        if of_meta and len(listed) > MOST_VALUES:
            rows = sum(one.rows for one in listed.values())
            listed = {MANY_VALUES: ClassRows(rows, self._kept.total(), self._lines.total())}
        return ClassBalance(
            by, self._data.balance.policy, listed, max(sizes, default=0), min(sizes, default=0)
        )

    def warnings(self) -> Iterator[str]:
        """Sentences on what was left out, repeated, or is out of balance."""
        asked, rows, lines = self._data.balance, self._kept.total(), self._lines.total()
        left_out = len(self._training.removed)
        if left_out:
            yield f"data.balance left out {left_out} of {left_out + rows} training rows"
        if lines != rows:
            by = "data.balance" if asked.policy == "oversample" else ""
            weights = "weights of sources" if any(one.weight != 1 for one in self._data.sources) else ""
            why = " and ".join(filter(None, (weights, by)))
            yield (
                f"{why}: the {rows} training rows are written as {lines} lines, "
                f"one row as {self._most_lines} at most"
            )
        found = self.balance()
        if found is not None and found.largest > asked.warn_above * found.smallest:
            yield (
                f"classes of {found.by}: {_named(found)}, more than {asked.warn_above:g} times as many "
                "(data.balance.warn_above); data.balance.policy evens them out"
            )


def _named(found: ClassBalance) -> str:
    """The largest and the smallest class with their lines, by name where names are listed."""
    names = {one.lines: f" ({name})" for name, one in reversed(found.classes.items()) if name != MANY_VALUES}
    return (
        f"the largest{names.get(found.largest, '')} has {found.largest} training lines, "
        f"the smallest{names.get(found.smallest, '')} {found.smallest}"
    )
