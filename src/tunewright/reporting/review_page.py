"""`render_review`: a sample of rows as one HTML page on which an expert judges them, offline, by keyboard."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tunewright.config.schema.task import Task
from tunewright.data.contract import named_values, properties
from tunewright.data.review.sample import Sampled, sample_hash
from tunewright.data.rows import shown_turns
from tunewright.reporting.judging_page import render_judging
from tunewright.reporting.templates import visible


def render_review(rows: Sequence[Sampled], *, project: str, task: Task) -> str:
    """Render the page; the same rows give the same text.

    Args:
        rows: of the sample, in the order in which they are judged.
        project: its name.
        task: whose instructions and contract are shown.
    """
    more = {"choices": _choices(task), "labels": task.output.labels or ()}
    return render_judging("review", _data(rows, project, task), project=project, task=task, more=more)


def _data(rows: Sequence[Sampled], project: str, task: Task) -> dict[str, Any]:
    return {
        "sample": sample_hash((one.row.id, one.key) for one in rows),
        "project": project,
        "kind": task.kind,
        "items": [
            {
                "id": one.row.id,
                "key": one.key,
                "about": {"split": one.split, "source": one.row.source, **one.row.meta},
                "turns": [[who, visible(text)] for who, text in shown_turns(one.row.prompt)],
                "answer": _shown(one.row.reference, task),
            }
            for one in rows
        ],
    }


def _shown(answer: str, task: Task) -> str:
    """The answer as people read it: that of an extraction with a line for each key."""
    if task.kind != "extraction":
        return visible(answer)
    return json.dumps(json.loads(answer), ensure_ascii=False, indent=2)


def _choices(task: Task) -> list[tuple[str, list[str]]]:
    """For each key of an extraction's answer the values that the contract lists; none where it lists none."""
    schema = task.output.json_schema
    if schema is None:
        return []
    found = []
    for key, parts in properties([schema], schema).items():
        values = named_values(parts, schema)
        if not values and any(isinstance(part, dict) and part.get("type") == "boolean" for part in parts):
            values = [True, False]
        found.append((key, [json.dumps(value, ensure_ascii=False) for value in values]))
    return found
