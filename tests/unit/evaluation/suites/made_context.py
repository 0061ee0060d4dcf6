"""A context for suites out of thin air."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tunewright.config.schema.data import Canaries
from tunewright.config.schema.personal_data import PersonalData
from tunewright.config.schema.suites import Suites
from tunewright.config.schema.task import OutputContract, TaskKind
from tunewright.data.rows import Row
from tunewright.evaluation.suites.suite import Context

SCHEMA = {
    "type": "object",
    "required": ["topic", "order"],
    "additionalProperties": False,
    "properties": {"topic": {"enum": ["parcel", "bill"]}, "order": {"type": ["string", "null"]}},
}


def context(
    root: Path,
    suites: dict[str, Any] | None = None,
    *,
    kind: TaskKind = "extraction",
    output: OutputContract | None = None,
    canaries: Canaries | None = None,
    train: Sequence[Row] = (),
    test: Sequence[Row] = (),
) -> Context:
    return Context(
        root=root,
        suites=Suites.model_validate(suites or {}),
        kind=kind,
        instructions="",
        output=output or OutputContract(json_schema=SCHEMA),
        canaries=canaries or Canaries(),
        personal_data=PersonalData(),
        train=train,
        test=test,
    )
