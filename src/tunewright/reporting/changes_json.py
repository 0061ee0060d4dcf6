"""Two models row by row as JSON, for scripts."""

from __future__ import annotations

import json
from typing import Any

from tunewright.evaluation.row_changes import RowChange
from tunewright.reporting.changes_view import CHANGED, ChangesView


def changes_json(view: ChangesView) -> str:
    """`{"first", "second", "metric", "n", "scores", "counts", "p_value", "notes", "rows", "examples"}`.

    `scores` has first, second and difference, each with the fields of a score of metrics/evaluation.json;
    `rows` every row with its id, outcome and both scores; `examples`, by outcome, the texts of the rows that
    are shown.
    """
    found = view.changes
    value: dict[str, Any] = {
        "first": view.first,
        "second": view.second,
        "metric": found.metric,
        "n": len(found.rows),
        "confidence": view.confidence,
        "scores": {
            "first": found.first.as_dict(),
            "second": found.second.as_dict(),
            "difference": found.difference.as_dict(),
        },
        "counts": {outcome: len(found.of(outcome)) for outcome in found.outcomes},
        "p_value": found.p_value,
        "notes": list(view.notes),
        "rows": [
            {
                "id": row.first.id,
                "outcome": row.outcome,
                "first": row.first_score,
                "second": row.second_score,
            }
            for row in found.rows
        ],
        "examples": {
            outcome: [_texts(row) for row in found.of(outcome)[: view.show]]
            for outcome in found.outcomes
            if outcome in CHANGED
        },
    }
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)


def _texts(row: RowChange) -> dict[str, str]:
    return {
        "id": row.first.id,
        "prompt": row.first.prompt,
        "reference": row.first.reference,
        "first": row.first.answer,
        "second": row.second.answer,
    }
