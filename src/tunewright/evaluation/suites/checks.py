"""`Check`: what makes an answer right, declared; and `fault`, which says why one is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tunewright.config.schema.task import OutputContract
from tunewright.data.contract import ContractError, SchemaContract, parse_json, properties
from tunewright.evaluation.metrics.classification import normalised
from tunewright.evaluation.suites.refusal import refuses


class Check(BaseModel):
    """What must hold of an answer; all that is given must hold.

    Attributes:
        equals: the whole answer, but for case, white space around it and one trailing full stop.
        contains, not_contains: texts that must, or must not, stand in it, whatever their case.
        regex: a pattern (Python's) that must be found in it.
        min_words, max_words: how many words it has.
        valid_json: it is one JSON value and nothing else (`json` in a file).
        contract: it keeps task.output: fits the JSON Schema, or is one of the labels.
        null_fields: every field of the schema that may be null is null.
        refuses: it is, or is not, a refusal (see `refusal`).
        ends: the model ended its turn by itself.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    equals: str | None = None
    contains: tuple[str, ...] = Field(default=(), strict=False)
    not_contains: tuple[str, ...] = Field(default=(), strict=False)
    regex: str | None = None
    min_words: int | None = Field(default=None, ge=0)
    max_words: int | None = Field(default=None, ge=0)
    valid_json: bool = Field(default=False, alias="json")
    contract: bool = False
    null_fields: bool = False
    refuses: bool | None = None
    ends: bool = False

    @model_validator(mode="after")
    def _is_one(self) -> Check:
        if self == Check.model_construct():
            raise ValueError("asks for nothing")
        if self.regex is not None:
            try:
                re.compile(self.regex)
            except re.error as error:
                raise ValueError(f"regex: {error}") from None
        return self


def fault(check: Check, answer: str, output: OutputContract, *, finished: bool) -> str | None:
    """Why the answer is not right, in a few words; None if it is.

    Args:
        check: what must hold.
        answer: of the model.
        output: the task's contract.
        finished: the model ended its turn by itself.
    """
    return next(_faults(check, answer, output, finished), None)


def _faults(check: Check, answer: str, output: OutputContract, finished: bool) -> Iterator[str]:
    folded = answer.casefold()
    words = len(answer.split())
    if check.equals is not None and normalised(answer) != normalised(check.equals):
        yield f"is not {check.equals!r}"
    for text in check.contains:
        if text.casefold() not in folded:
            yield f"lacks {text!r}"
    for text in check.not_contains:
        if text.casefold() in folded:
            yield f"contains {text!r}"
    if check.regex is not None and not re.search(check.regex, answer):
        yield f"does not match {check.regex}"
    if check.min_words is not None and words < check.min_words:
        yield f"has {words} words, fewer than {check.min_words}"
    if check.max_words is not None and words > check.max_words:
        yield f"has {words} words, more than {check.max_words}"
    if check.valid_json or check.contract or check.null_fields:
        yield from _of_form(check, answer, output)
    if check.refuses is not None and refuses(answer) != check.refuses:
        yield "does not refuse" if check.refuses else "refuses"
    if check.ends and not finished:
        yield "did not end by itself"


def _of_form(check: Check, answer: str, output: OutputContract) -> Iterator[str]:
    if check.contract and output.labels is not None:
        if normalised(answer) not in {normalised(label) for label in output.labels}:
            yield "is none of the labels"
        return
    schema = output.json_schema
    try:
        value = parse_json(answer)
    except ContractError as error:
        if check.valid_json or schema is not None:
            yield f"is {error}"
        return
    if check.contract and schema is not None and SchemaContract(schema).violations(value):
        yield "does not fit the schema"
    elif check.null_fields and schema is not None and isinstance(value, dict):
        filled = [name for name in nullable(output) if value.get(name) is not None]
        if filled:
            yield f"fills {', '.join(filled)}"


def nullable(output: OutputContract) -> list[str]:
    """The schema's top-level properties that may be null."""
    schema = output.json_schema
    if schema is None:
        return []
    shared: dict[str, Any] = {name: schema[name] for name in ("$defs", "definitions") if name in schema}
    return [
        name
        for name, parts in properties([schema], schema).items()
        if not any(
            isinstance(part, dict) and SchemaContract(shared | part).violations(None) for part in parts
        )
    ]
