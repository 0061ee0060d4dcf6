"""`prompt_template` of a source taken apart: text, and the plain names of fields in braces.

No attributes, no formats, no code: a name is looked up in the row as it stands. A brace is written twice.
"""

from __future__ import annotations

import string


def template_parts(template: str) -> tuple[tuple[str, str | None], ...]:
    """Pairs of text and the field that follows it; None behind the last text.

    Raises:
        ValueError: a brace stands alone, braces hold something else than a name, or no field is named.
    """
    parts: list[tuple[str, str | None]] = []
    for text, field, form, conversion in string.Formatter().parse(template):
        if field is not None and (not field.strip() or form or conversion):
            raise ValueError("between braces there must be the plain name of a field")
        parts.append((text, field))
    if all(field is None for _, field in parts):
        raise ValueError("it names no field")
    return tuple(parts)
