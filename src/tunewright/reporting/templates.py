"""Rendering: jinja2 with undefined names refused and every value made fit for a text file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def render(template: str, context: Mapping[str, Any], *, escape: bool) -> str:
    """Render a template of this package.

    Args:
        template: file name.
        context: its values; texts among them may come from models and must not be trusted.
        escape: escape every value for HTML.
    """
    import jinja2

    environment = jinja2.Environment(  # noqa: S701 - the markdown template escapes for itself
        loader=jinja2.PackageLoader("tunewright", "reporting"),
        autoescape=escape,
        undefined=jinja2.StrictUndefined,
        finalize=_fit,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(context)


def visible(text: str) -> str:
    """The text with what no document may hold (control characters, halves of surrogates) shown as �."""
    return _CONTROL.sub("\ufffd", text.replace("\r\n", "\n"))


def _fit(value: object) -> object:
    from markupsafe import Markup

    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
