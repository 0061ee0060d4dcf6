"""Metrics of an extraction: an answer is a JSON value that a JSON Schema describes.

What each metric says stands in `config.metrics`. Values are right when equal as JSON, after the task's
`field_rules`: types count (true is not 1, "1" is not 1), the order of keys and the spelling of numbers
(1, 1.0) do not. The schema is held against the answer as it was given.

Precision and recall count values, at any depth: a wrong value is one too many in the answer and one missing
from it. A null is no value there; `field_accuracy` and `exact_match` tell null from absent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tunewright.config.schema.task import FieldRule
from tunewright.data.contract import ContractError, SchemaContract, parse_json, properties
from tunewright.errors import EvaluationError
from tunewright.evaluation.metrics.field_values import Values, by_path, comparable, values_of
from tunewright.evaluation.metrics.score import Score, proportion, shares
from tunewright.evaluation.predictions import Prediction
from tunewright.evaluation.resampling import Statistic, Sums

if TYPE_CHECKING:
    from tunewright.evaluation.resampling import FloatArray

ABSENT = object()
NOT_JSON = "not JSON"
OTHER_KEYS = "(other keys)"
"""Stands for the paths that only answers have: a model invents keys without end."""


@dataclass(frozen=True)
class FieldResult:
    """How one place of the answer did, over all rows.

    Attributes:
        path: such as `category` or `items[].price`; `(other keys)` for those of no reference.
        precision: of the values given there, the share that the reference has; 0 if there are none.
        recall: of the references' values there, the share that was given; 0 if there are none.
        f1: harmonic mean of both.
        support: values that the references have there.
        given: values that the answers have there.
    """

    path: str
    precision: float
    recall: float
    f1: float
    support: int
    given: int


@dataclass(frozen=True)
class Violation:
    """One way in which answers broke the contract.

    Attributes:
        path: such as `items[].price`; empty for the answer as a whole.
        kind: the schema's keyword that was broken (`type`, `enum`, `required`), or `not JSON`.
        count: how often; an answer may break several.
    """

    path: str
    kind: str
    count: int


def extraction_scores(
    predictions: Sequence[Prediction], schema: Mapping[str, Any], rules: Sequence[FieldRule] = ()
) -> dict[str, Score]:
    """Score the answers of one contestant.

    Raises:
        EvaluationError: a reference is not JSON.
    """
    contract = SchemaContract(schema)
    answers = [_parsed(prediction.answer) for prediction in predictions]
    pairs = _comparable(predictions, answers, rules)
    fields = list(properties([schema], schema)) or sorted(
        {key for _, reference in pairs if isinstance(reference, dict) for key in reference}
    )
    right = {
        field: [_same_field(answer, reference, field) for answer, reference in pairs] for field in fields
    }
    exact = [same_json(answer, reference) for answer, reference in pairs]
    shared = [
        sum(right[field][row] for field in fields) / len(fields)
        if isinstance(reference, dict) and fields
        else float(exact[row])
        for row, (_, reference) in enumerate(pairs)
    ]
    return {
        "json_valid": proportion([answer is not ABSENT for answer in answers]),
        "schema_valid": proportion([answer is not ABSENT and contract.holds(answer) for answer in answers]),
        "field_accuracy": shares(shared),
        **_value_scores([*_values(pairs, rules)]),
        "exact_match": proportion(exact),
        **{f"field.{field}": proportion(right[field]) for field in fields},
    }


def field_results(
    predictions: Sequence[Prediction], schema: Mapping[str, Any], rules: Sequence[FieldRule] = ()
) -> tuple[FieldResult, ...]:
    """Precision, recall and F1 by path: in the order in which the schema and the references have them.

    Raises:
        EvaluationError: a reference is not JSON.
    """
    pairs = _comparable(predictions, [_parsed(prediction.answer) for prediction in predictions], rules)
    found, given, support = Counter[str](), Counter[str](), Counter[str]()
    values = [*_values(pairs, rules)]
    order = {key: index for index, key in enumerate(properties([schema], schema))}
    known = dict.fromkeys(path for _, reference in values for (path, _), _ in reference)
    for answer, reference in values:
        support.update(_per_path(reference))
        given.update({path if path in known else OTHER_KEYS: 0 for path in _per_path(answer)})
        for path, count in _per_path(answer).items():
            given[path if path in known else OTHER_KEYS] += count
        found.update(_per_path(answer & reference))
    paths = sorted(known, key=lambda path: order.get(_top(path), len(order)))
    return tuple(
        _field_result(path, found[path], given[path], support[path])
        for path in (*paths, *([OTHER_KEYS] if given[OTHER_KEYS] else []))
    )


def violations(predictions: Sequence[Prediction], schema: Mapping[str, Any]) -> tuple[Violation, ...]:
    """In what the answers broke the contract, most frequent first."""
    contract = SchemaContract(schema)
    counts = Counter[tuple[str, str]]()
    for prediction in predictions:
        answer = _parsed(prediction.answer)
        counts.update([("", NOT_JSON)] if answer is ABSENT else contract.faults(answer))
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Violation(path, kind, count) for (path, kind), count in ordered)


def same_json(one: object, other: object) -> bool:
    """Whether two parsed JSON values are equal, types included."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same_json(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_json, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def reference_value(prediction: Prediction) -> object:
    """The parsed reference.

    Raises:
        EvaluationError: it is not JSON.
    """
    try:
        return parse_json(prediction.reference)
    except ContractError as error:
        raise EvaluationError(
            f"the reference is {error}", where=f"test row {prediction.id}", fix="dvc repro --force prepare"
        ) from error


def _comparable(
    predictions: Sequence[Prediction], answers: Iterable[object], rules: Sequence[FieldRule]
) -> list[tuple[object, object]]:
    """Answer and reference of each row, as the rules compare them."""
    of_path = by_path(rules)
    return [
        (comparable(answer, of_path), comparable(reference_value(prediction), of_path))
        for prediction, answer in zip(predictions, answers, strict=True)
    ]


def _values(
    pairs: Iterable[tuple[object, object]], rules: Sequence[FieldRule]
) -> Iterable[tuple[Values, Values]]:
    of_path = by_path(rules)
    for answer, reference in pairs:
        given = Counter() if answer is ABSENT else values_of(answer, of_path)
        yield given, values_of(reference, of_path)


def _value_scores(values: Sequence[tuple[Values, Values]]) -> dict[str, Score]:
    """F1, precision and recall over all values of all rows; by row for the rows' own sake."""
    import numpy as np

    counts = np.array(
        [[(answer & reference).total(), answer.total(), reference.total()] for answer, reference in values],
        dtype=np.float64,
    ).reshape(len(values), 3)
    return {
        name: Score(combine(counts), statistic=Statistic((Sums(counts),), combine))
        for name, combine in (
            ("field_f1", _f1_of_counts),
            ("field_precision", _precision_of_counts),
            ("field_recall", _recall_of_counts),
        )
    }


def _f1_of_counts(counts: FloatArray) -> FloatArray:
    found: FloatArray = 2 * counts[:, 0] / (counts[:, 1] + counts[:, 2]).clip(min=1)
    return found


def _precision_of_counts(counts: FloatArray) -> FloatArray:
    found: FloatArray = counts[:, 0] / counts[:, 1].clip(min=1)
    return found


def _recall_of_counts(counts: FloatArray) -> FloatArray:
    found: FloatArray = counts[:, 0] / counts[:, 2].clip(min=1)
    return found


def _per_path(values: Values) -> Counter[str]:
    counts = Counter[str]()
    for ((path, _), _), count in values.items():
        counts[path] += count
    return counts


def _field_result(path: str, found: int, given: int, support: int) -> FieldResult:
    return FieldResult(
        path=path,
        precision=found / max(given, 1),
        recall=found / max(support, 1),
        f1=2 * found / max(given + support, 1),
        support=support,
        given=given,
    )


def _top(path: str) -> str:
    """The top-level key of a path."""
    return path.partition(".")[0].partition("[")[0]


def _same_field(answer: object, reference: object, field: str) -> bool:
    if not isinstance(answer, dict) or not isinstance(reference, dict):
        return False
    return same_json(answer.get(field, ABSENT), reference.get(field, ABSENT))


def _parsed(text: str) -> object:
    try:
        return parse_json(text)
    except ContractError:
        return ABSENT
