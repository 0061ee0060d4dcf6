"""Metrics of an extraction: an answer is a JSON value that a JSON Schema describes.

All lie between 0 and 1, higher is better:

- json_valid: share of answers that are one JSON value (no NaN, no key twice, nothing around it).
- schema_valid: share that also keep the schema.
- field_accuracy: mean share of the schema's top-level properties with the right value; an absent
  property is right where it is absent from the reference; 0 where the answer is no object. Where
  the reference is no object, its exact match.
- exact_match: share that equal the reference as parsed values.
- field.NAME: share of answers with the right value of one property.

Values are right when equal as JSON: types count (true is not 1, "1" is not 1), the order of keys and
the spelling of numbers (1, 1.0) do not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tunewright.data.contract import ContractError, SchemaContract, parse_json, properties
from tunewright.errors import EvaluationError
from tunewright.evaluation.metrics.score import Score, proportion, shares
from tunewright.evaluation.predictions import Prediction

ABSENT = object()


def extraction_scores(predictions: Sequence[Prediction], schema: Mapping[str, Any]) -> dict[str, Score]:
    """Score the answers of one contestant.

    Raises:
        EvaluationError: a reference is not JSON.
    """
    contract = SchemaContract(schema)
    references = [_reference(prediction) for prediction in predictions]
    answers = [_parsed(prediction.answer) for prediction in predictions]
    pairs = [*zip(answers, references, strict=True)]
    fields = list(properties([schema], schema)) or sorted(
        {key for reference in references if isinstance(reference, dict) for key in reference}
    )
    right = {
        field: [_same_field(answer, reference, field) for answer, reference in pairs] for field in fields
    }
    exact = [same_json(answer, reference) for answer, reference in pairs]
    shared = [
        sum(right[field][row] for field in fields) / len(fields)
        if isinstance(reference, dict) and fields
        else float(exact[row])
        for row, reference in enumerate(references)
    ]
    return {
        "json_valid": proportion([answer is not ABSENT for answer in answers]),
        "schema_valid": proportion(
            [answer is not ABSENT and not contract.violations(answer) for answer in answers]
        ),
        "field_accuracy": shares(shared),
        "exact_match": proportion(exact),
        **{f"field.{field}": proportion(right[field]) for field in fields},
    }


def same_json(one: object, other: object) -> bool:
    """Whether two parsed JSON values are equal, types included."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same_json(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_json, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def _same_field(answer: object, reference: object, field: str) -> bool:
    if not isinstance(answer, dict) or not isinstance(reference, dict):
        return False
    return same_json(answer.get(field, ABSENT), reference.get(field, ABSENT))


def _parsed(text: str) -> object:
    try:
        return parse_json(text)
    except ContractError:
        return ABSENT


def _reference(prediction: Prediction) -> object:
    try:
        return parse_json(prediction.reference)
    except ContractError as error:
        raise EvaluationError(
            f"the reference is {error}", where=f"test row {prediction.id}", fix="dvc repro --force prepare"
        ) from error
