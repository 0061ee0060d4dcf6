"""`prompt_template`: the prompt made of several fields of a row, `Subject: {subject}` and the like."""

from __future__ import annotations

import json
from typing import Any

from tunewright.config.prompt_template import template_parts
from tunewright.data.reading.shapes.fault import ShapeFaultError


class PromptTemplate:
    """A template with its fields."""

    def __init__(self, template: str) -> None:
        """Take the template apart.

        Raises:
            ValueError: it is none (see `template_parts`).
        """
        self._parts = template_parts(template)
        self.fields = tuple(dict.fromkeys(field for _, field in self._parts if field is not None))

    def __call__(self, values: dict[str, Any]) -> str:
        """The prompt of a row.

        Raises:
            ShapeFaultError: a field is missing, or all of them are blank.
        """
        texts = {field: _as_text(values, field) for field in self.fields}
        if not any(text.strip() for text in texts.values()):
            raise ShapeFaultError(
                "the fields of the prompt_template are all blank", "fill them, or drop the row"
            )
        return "".join(text + (texts[field] if field is not None else "") for text, field in self._parts)


def _as_text(values: dict[str, Any], field: str) -> str:
    """A field as text: null as none, numbers, lists and objects as JSON."""
    if field not in values:
        raise ShapeFaultError(
            f"has no field {json.dumps(field[:40])}, which prompt_template names",
            "add it to the row, or null",
        )
    value = values[field]
    if value is None or isinstance(value, str):
        return value or ""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError):
        raise ShapeFaultError("a field of the prompt_template holds what JSON cannot", "write text") from None
