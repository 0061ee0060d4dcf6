"""The rows that a criterion's slice chooses: by meta fields, and by what the right answer says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from tunewright.config.mistakes.nearest import nearest
from tunewright.config.schema.task import LABEL, META, REFERENCE
from tunewright.data.contract import ContractError, parse_json
from tunewright.data.shown import MOST_VALUES
from tunewright.evaluation.metrics.classification import normalised
from tunewright.evaluation.predictions import Prediction


def chosen_rows(predictions: Sequence[Prediction], within: Mapping[str, str]) -> list[Prediction]:
    """The predictions on rows of which all of a slice holds, in their order.

    Args:
        predictions: of one contestant.
        within: `meta.NAME`, `label` or `reference.FIELD`, each with its value as text; values of another
            type are compared as JSON writes them (`true`, `null`, `3`).
    """
    return [prediction for prediction in predictions if _holds(prediction, within)]


def nearest_value(predictions: Sequence[Prediction], within: Mapping[str, str]) -> str:
    """The value that was probably meant by a slice that chooses no row, as a question; may be empty."""
    for name, value in within.items():
        there = Counter(found for row in predictions if (found := _value(row, name)) is not None)
        if _same(name, value, there) or len(there) > MOST_VALUES:
            continue  # of many values none is named: they may name people
        near = nearest(value, there)
        return f"did you mean {name}={near}?" if near is not None else ""
    return ""


def _holds(prediction: Prediction, within: Mapping[str, str]) -> bool:
    return all(_same(name, value, [_value(prediction, name)]) for name, value in within.items())


def _same(name: str, value: str, found: Mapping[str, int] | Sequence[str | None]) -> bool:
    return (normalised(value) if name == LABEL else value) in found


def _value(prediction: Prediction, name: str) -> str | None:
    """What a row has under a slice's name, as text; null where it has nothing."""
    if name == LABEL:
        return normalised(prediction.reference)
    if name.startswith(META):
        return prediction.meta.get(name.removeprefix(META))
    try:
        reference = parse_json(prediction.reference)
    except ContractError:
        return None
    field = name.removeprefix(REFERENCE)
    if not isinstance(reference, dict) or field not in reference:
        return None
    value = reference[field]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
