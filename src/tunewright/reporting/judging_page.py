"""`render_judging`: what pages have in common on which a person judges rows, offline, by keyboard.

The rows stand in the page as JSON that no text of a row can end; the script shows them as text, never as
markup. Its Content-Security-Policy lets its own script and style through by their hashes, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from tunewright import __version__
from tunewright.config.schema.task import Task
from tunewright.reporting.templates import render_html

SHARED = "judging"
_PACKAGE = files("tunewright.reporting")


def render_judging(
    name: str, data: Mapping[str, Any], *, project: str, task: Task, more: Mapping[str, Any] | None = None
) -> str:
    """Render a page; the same rows give the same text.

    Args:
        name: of its template, script and style, which come behind the shared ones.
        data: for its script; `items` are the rows, each with `key`, `turns` and what the script wants.
        project: its name.
        task: whose description and instructions are shown.
        more: values of the template's own.
    """
    from markupsafe import Markup

    script, style = _text(name, "js"), _text(name, "css")
    return render_html(
        f"{name}.html.j2",
        {
            "project": project,
            "description": task.description,
            "instructions": task.instructions.strip(),
            "number": len(data["items"]),
            "script": Markup(script),  # noqa: S704 - ours
            "style": Markup(style),  # noqa: S704 - ours
            "script_hash": _hash(script),
            "style_hash": _hash(style),
            "data": Markup(inert(data)),  # noqa: S704 - no text of it can end the element
            "version": __version__,
            **(more or {}),
        },
    )


def inert(value: object) -> str:
    """JSON in which nothing ends a script element or begins a comment."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _text(name: str, kind: str) -> str:
    parts = [(_PACKAGE / f"{part}.{kind}").read_text(encoding="utf-8").strip() for part in (SHARED, name)]
    return "\n".join(parts)


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
