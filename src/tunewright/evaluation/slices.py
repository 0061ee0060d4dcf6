"""Slices: groups of test rows that are scored by themselves.

A slice depends on the rows alone (prompt, reference, meta), so that all contestants have the same ones.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tunewright.config.schema.evaluation import Slices, Statistics
from tunewright.config.schema.task import OutputContract
from tunewright.data.contract import named_values, properties
from tunewright.data.shown import MOST_VALUES
from tunewright.evaluation.metrics.classification import normalised
from tunewright.evaluation.metrics.extraction import reference_value
from tunewright.evaluation.metrics.score import Score
from tunewright.evaluation.predictions import Prediction
from tunewright.evaluation.statistics import Interval


@dataclass(frozen=True)
class Slice:
    """Rows that have something in common.

    Attributes:
        by: what makes the slice, such as `length`, `label`, `meta.channel` or `field.category`.
        value: what its rows have in common.
        rows: their places among the test rows.
    """

    by: str
    value: str
    rows: tuple[int, ...]


@dataclass(frozen=True)
class SliceScores:
    """What one contestant scored on a slice.

    Attributes:
        by: what makes the slice, such as `length`, `label`, `meta.channel` or `field.category`.
        value: what its rows have in common.
        n: how many rows it has.
        too_small: fewer than `evaluation.slices.min_rows`: too few to say anything.
        scores: the task's metrics on these rows.
    """

    by: str
    value: str
    n: int
    too_small: bool
    scores: Mapping[str, Interval]


def slices_of(
    predictions: Sequence[Prediction], settings: Slices, output: OutputContract
) -> tuple[Slice, ...]:
    """The slices that the settings ask for, those of one kind together; none that would hold every row.

    Args:
        predictions: of any one contestant.
        settings: what makes slices.
        output: the task's contract.

    Raises:
        EvaluationError: the reference of an extraction is not JSON.
    """
    found: dict[str, Sequence[str | None]] = {}
    for by in settings.by:
        found.update(_values(by, predictions, settings, output))
    return tuple(part for by, values in found.items() for part in _parts(by, values))


def slice_scores(
    scored: Mapping[str, Score],
    slices: Sequence[Slice],
    metrics: Sequence[str],
    statistics: Statistics,
    min_rows: int,
) -> tuple[SliceScores, ...]:
    """What a contestant scored on each slice.

    Args:
        scored: on all rows.
        slices: of `slices_of`.
        metrics: the task's; those that this contestant cannot have (of a server, by likelihood) are left out.
        statistics: of the intervals.
        min_rows: of a slice that is not too small.
    """
    import numpy as np

    return tuple(
        SliceScores(
            part.by,
            part.value,
            len(part.rows),
            len(part.rows) < min_rows,
            {
                name: scored[name].take(np.array(part.rows)).interval(statistics)
                for name in metrics
                if name in scored
            },
        )
        for part in slices
    )


def _parts(by: str, values: Sequence[str | None]) -> Iterator[Slice]:
    rows: dict[str, list[int]] = {}
    for row, value in enumerate(values):
        if value is not None:
            rows.setdefault(value, []).append(row)
    if len(rows) > 1 or None in values:
        # Bands from short to long: their names begin with the shortest length.
        order = (
            sorted(rows, key=lambda value: int(value.split()[0].replace(",", "")))
            if by == "length"
            else sorted(rows)
        )
        yield from (Slice(by, value, tuple(rows[value])) for value in order)


def _values(
    by: str, predictions: Sequence[Prediction], settings: Slices, output: OutputContract
) -> dict[str, Sequence[str | None]]:
    """Of each row the value that puts it into a slice, None for none; by what makes the slices."""
    if by == "length":
        return {by: _bands([len(row.prompt) for row in predictions], settings.length_bands)}
    if by == "meta":
        names = dict.fromkeys(name for row in predictions for name in row.meta)
        found = {name: [row.meta.get(name) for row in predictions] for name in sorted(names)}
        return {
            f"meta.{name}": values
            for name, values in found.items()
            if len({*values}) <= MOST_VALUES and max(Counter(values).values()) > 1
        }
    if by.startswith("meta."):
        return {by: [row.meta.get(by.removeprefix("meta.")) for row in predictions]}
    if by.startswith("field."):
        return _fields([by.removeprefix("field.")], predictions)
    if output.labels is not None:
        named = {normalised(label): label for label in output.labels}
        return {by: [named.get(normalised(row.reference)) for row in predictions]}
    return _fields(_enumerated(output.json_schema), predictions) if output.json_schema is not None else {}


def _fields(names: Sequence[str], predictions: Sequence[Prediction]) -> dict[str, Sequence[str | None]]:
    """Of each row the reference's value of these properties; none of a row where that is no single value."""
    references = [reference_value(row) for row in predictions]
    return {f"field.{name}": [_single(reference, name) for reference in references] for name in names}


def _single(reference: object, name: str) -> str | None:
    if not isinstance(reference, dict) or isinstance(reference.get(name, {}), dict | list):
        return None
    value = reference[name]
    return value if isinstance(value, str) else json.dumps(value)


def _enumerated(schema: Mapping[str, Any]) -> list[str]:
    """The properties whose values the schema lists."""
    found = properties([schema], schema)
    return [name for name, parts in found.items() if named_values(parts, schema)]


def _bands(lengths: Sequence[int], bands: int) -> list[str]:
    """Of each row the band of its length; equal lengths share one, so there may be fewer bands."""
    ordered = sorted(lengths)
    edges = sorted({ordered[len(ordered) * band // bands] for band in range(1, bands)} - {ordered[0]})
    places = [bisect_right(edges, length) for length in lengths]
    inside = [
        [length for length, place in zip(lengths, places, strict=True) if place == band]
        for band in range(len(edges) + 1)
    ]
    names = [f"{min(part):,} to {max(part):,} characters" for part in inside]
    return [names[place] for place in places]
