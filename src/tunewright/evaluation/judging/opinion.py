"""`Opinion`: what a judge says of two answers in one order. What does not fit the form is never guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tunewright.config.schema.task import Dimension
from tunewright.data.contract import ContractError, parse_json

Verdict = Literal["first", "second", "tie"]
LEAST, MOST = 1, 5


@dataclass(frozen=True)
class Opinion:
    """One opinion, whatever the order it was asked in.

    Attributes:
        verdict: whose answer is better: the first contestant's, the second's, or neither's.
        first, second: score of each answer by dimension, 1 to 5.
    """

    verdict: Verdict
    first: Mapping[str, int]
    second: Mapping[str, int]


class UnreadableError(ValueError):
    """An answer of the judge that is no opinion; says why, for the judge to mend it."""


def schema_of(rubric: Sequence[Dimension]) -> dict[str, Any]:
    """JSON Schema (2020-12) of what a judge may answer."""
    names = [one.name for one in rubric]
    score = {"type": "integer", "minimum": LEAST, "maximum": MOST}
    scores = {
        "type": "object",
        "properties": dict.fromkeys(names, score),
        "required": names,
        "additionalProperties": False,
    }
    properties = {
        "reason": {"type": "string"},
        "scores": {
            "type": "object",
            "properties": {"A": scores, "B": scores},
            "required": ["A", "B"],
            "additionalProperties": False,
        },
        "verdict": {"enum": ["A", "B", "tie"]},
    }
    return {
        "type": "object",
        "properties": properties,
        "required": ["reason", "scores", "verdict"],
        "additionalProperties": False,
    }


def read_opinion(text: str, rubric: Sequence[Dimension], *, swapped: bool) -> Opinion:
    """Read a judge's answer.

    Args:
        text: all of it.
        rubric: that it was asked to go by.
        swapped: the second contestant's answer stood as A.

    Raises:
        UnreadableError: it is no JSON, or not what the schema asks for.
    """
    import jsonschema

    try:
        value: Any = parse_json(text)
    except ContractError as error:
        raise UnreadableError(str(error)) from None
    faults = jsonschema.Draft202012Validator(schema_of(rubric)).iter_errors(value)
    first = min(faults, key=lambda fault: fault.json_path, default=None)
    if first is not None:
        raise UnreadableError(f"{first.json_path} does not fit: {first.validator} {first.validator_value!r}")
    as_a: Verdict = "second" if swapped else "first"
    as_b: Verdict = "first" if swapped else "second"
    verdict: Verdict = {"A": as_a, "B": as_b}.get(value["verdict"], "tie")
    a, b = ({name: int(score) for name, score in value["scores"][side].items()} for side in ("A", "B"))
    return Opinion(verdict, b if swapped else a, a if swapped else b)
