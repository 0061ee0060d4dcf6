"""Rules of `evaluation.slices`: what makes slices is there."""

from __future__ import annotations

from collections.abc import Iterator

from tunewright.config.mistakes.nearest import did_you_mean
from tunewright.config.schema.data import Data
from tunewright.config.schema.evaluation import Evaluation
from tunewright.config.schema.task import Task
from tunewright.errors import Problem


def slices(evaluation: Evaluation, task: Task, data: Data) -> Iterator[Problem]:
    """`meta.NAME` is a field that rows keep, `field.NAME` a property of the answer; each is named once."""
    by = evaluation.slices.by
    fields = list((task.output.json_schema or {}).get("properties") or {})
    for index, name in enumerate(by):
        key = f"evaluation.slices.by.{index}"
        head, _, own = name.partition(".")
        if name in by[:index]:
            yield Problem(key, f"{name!r} stands there twice", fix="remove one")
        if head == "meta" and own and own not in data.fields.meta:
            kept = ", ".join(data.fields.meta) or "none"
            fix = did_you_mean(own, data.fields.meta) or "name it in data.fields.meta"
            yield Problem(key, f"rows keep no field {own!r}; they keep: {kept}", fix=fix)
        if head == "field" and task.kind != "extraction":
            what = f"{name} is a field of an answer of kind extraction, not {task.kind}"
            yield Problem(key, what, fix="label" if task.kind == "classification" else "length or meta")
        elif head == "field" and own not in fields:
            what = f"the answers have no field {own!r}; they have: {', '.join(fields)}"
            yield Problem(key, what, fix=did_you_mean(own, fields))
