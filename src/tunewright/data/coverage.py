"""`Coverage`: which slices of the rows are met in which split, and which are tested or trained alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tunewright.data.candidate import ABSENT
from tunewright.data.rows import Row
from tunewright.data.shown import MOST_VALUES, some
from tunewright.data.split import SPLITS

SHORTEST_BAND = 64
"""Prompts of fewer characters are one band; each further band ends at four times the length of the last."""

LENGTH = "prompt length"


@dataclass(frozen=True)
class Slice:
    """Rows that have something in common, by split.

    Attributes:
        kind: what it is a value of: a meta field, the answer, or the length of the prompt.
        field: the name of the meta field; `label`; a key of the answer; `prompt length`.
        value: as the data card lists it; for the length a band in characters.
        train, validation, test: rows.
    """

    kind: Literal["meta", "answer", "length"]
    field: str
    value: str
    train: int
    validation: int
    test: int

    def __str__(self) -> str:
        """`language=de`."""
        return f"{self.field}={self.value}"


class Coverage:
    """Counts of slices over rows that are seen one by one.

    Args:
        meta: names of the meta fields.
    """

    def __init__(self, meta: Sequence[str]) -> None:
        """Nothing seen yet."""
        self._meta: dict[str, defaultdict[str, Counter[str]]] = {name: defaultdict(Counter) for name in meta}
        self._bands: defaultdict[int, Counter[str]] = defaultdict(Counter)

    def see(self, split: str, row: Row) -> None:
        """Count a row."""
        for name, values in self._meta.items():
            values[row.meta.get(name, ABSENT)][split] += 1
        self._bands[_band(sum(len(turn.text) for turn in row.prompt))][split] += 1

    def slices(self, answers: Mapping[str, Mapping[str, Mapping[str, int]]]) -> tuple[Slice, ...]:
        """All slices, by field and value; a meta field with more than `MOST_VALUES` values has none.

        Args:
            answers: rows by field of the answer, value and split, as the data card has them.
        """
        return (
            *(
                _slice("answer", field, value, places)
                for field, values in answers.items()
                for value, places in values.items()
            ),
            *(
                _slice("meta", name, value, places)
                for name, values in self._meta.items()
                if len(values) <= MOST_VALUES
                for value, places in sorted(values.items())
            ),
            *(
                _slice("length", LENGTH, _characters(band), places)
                for band, places in sorted(self._bands.items())
            ),
        )


def uncovered(slices: Sequence[Slice], least: int, *, by_label: bool) -> Iterator[str]:
    """Sentences on slices that training or test lacks or hardly has.

    Args:
        slices: of the rows.
        least: with fewer rows a slice is hardly there.
        by_label: rows of each label have a minimum of their own (`data.minimum`), so training rows of labels
            are not told of twice.
    """
    tested = [one for one in slices if one.test]
    trained = [one for one in slices if one.train]
    only_tested = [f"{one} ({one.test} test rows)" for one in tested if not one.train]
    hardly_trained = [
        f"{one} ({one.train} training rows)"
        for one in tested
        if 0 < one.train < least and not (by_label and one.kind == "answer")
    ]
    only_trained = [f"{one} ({one.train} training rows)" for one in trained if not one.test]
    hardly_tested = [f"{one} ({one.test} test rows)" for one in trained if 0 < one.test < least]
    if only_tested:
        yield f"in the test but never in training: {some(only_tested)}"
    if hardly_trained:
        yield f"in the test but with fewer than {least} rows in training: {some(hardly_trained)}"
    if only_trained:
        yield f"in training but never in the test, so how they are learnt is not seen: {some(only_trained)}"
    if hardly_tested:
        yield f"with fewer than {least} rows in the test, on which a score says little: {some(hardly_tested)}"


def _slice(
    kind: Literal["meta", "answer", "length"], field: str, value: str, rows: Mapping[str, int]
) -> Slice:
    train, validation, test = (rows.get(name, 0) for name in SPLITS)
    return Slice(kind, field, value, train, validation, test)


def _band(characters: int) -> int:
    """The characters at which the band of a prompt begins."""
    start = 0
    end = SHORTEST_BAND
    while characters >= end:
        start, end = end, 4 * end
    return start


def _characters(start: int) -> str:
    return f"{start} to {4 * start - 1} characters" if start else f"under {SHORTEST_BAND} characters"
