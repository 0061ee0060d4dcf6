"""`render_review`: a sample of rows as one HTML page on which an expert judges them, offline, by keyboard.

The rows stand in it as JSON that no text of a row can end; the script shows them as text, never as markup.
Its Content-Security-Policy lets its own script and style through by their hashes, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from tunewright import __version__
from tunewright.config.schema.task import Task
from tunewright.data.contract import named_values, properties
from tunewright.data.review.sample import Sampled, sample_hash
from tunewright.reporting.templates import render_html, visible

_PACKAGE = files("tunewright.reporting")


def render_review(rows: Sequence[Sampled], *, project: str, task: Task) -> str:
    """Render the page; the same rows give the same text.

    Args:
        rows: of the sample, in the order in which they are judged.
        project: its name.
        task: whose instructions and contract are shown.
    """
    from markupsafe import Markup

    script = (_PACKAGE / "review.js").read_text(encoding="utf-8").strip()
    style = (_PACKAGE / "review.css").read_text(encoding="utf-8").strip()
    return render_html(
        "review.html.j2",
        {
            "project": project,
            "description": task.description,
            "instructions": task.instructions.strip(),
            "choices": _choices(task),
            "labels": task.output.labels or (),
            "number": len(rows),
            "script": Markup(script),  # noqa: S704 - ours
            "style": Markup(style),  # noqa: S704 - ours
            "script_hash": _hash(script),
            "style_hash": _hash(style),
            "data": Markup(_inert(_data(rows, project, task))),  # noqa: S704 - no text of it can end the element
            "version": __version__,
        },
    )


def _data(rows: Sequence[Sampled], project: str, task: Task) -> dict[str, Any]:
    return {
        "sample": sample_hash((one.row.id, one.key) for one in rows),
        "project": project,
        "kind": task.kind,
        "rows": [
            {
                "id": one.row.id,
                "key": one.key,
                "about": {"split": one.split, "source": one.row.source, **one.row.meta},
                "turns": [[turn.role, visible(turn.content)] for turn in one.row.prompt],
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


def _inert(value: object) -> str:
    """JSON in which nothing ends a script element or begins a comment."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
