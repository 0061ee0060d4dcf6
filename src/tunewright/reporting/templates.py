"""Rendering: every value of a template is made fit for a text file and escaped, whatever it holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|#&~$])")


def render_html(template: str, context: Mapping[str, Any]) -> str:
    """Render an HTML template of this package; values are escaped as HTML text."""
    return _render(template, context, html=True, finalize=_fit)


def render_markdown(template: str, context: Mapping[str, Any]) -> str:
    """Render a markdown template of this package; values are escaped and kept on one line.

    What is markdown already must come as `markupsafe.Markup`.
    """
    return _render(template, context, html=False, finalize=_markdown)


def visible(text: str) -> str:
    """The text with what no document may hold (control characters, halves of surrogates) shown as �."""
    return _UNFIT.sub("\ufffd", text.replace("\r\n", "\n"))


def fenced(text: str) -> str:
    """The text as a block of code that nothing in it can end."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{visible(text)}\n{fence}"


def markdown_text(text: str) -> str:
    """The text on one line, with what markdown would take for markup escaped."""
    return _MARKDOWN.sub(r"\\\1", " ".join(visible(text).split()))


def _render(
    template: str, context: Mapping[str, Any], *, html: bool, finalize: Callable[[object], object]
) -> str:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("tunewright", "reporting"),
        autoescape=html,  # noqa: S701 - markdown is escaped by `finalize`
        undefined=jinja2.StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(context)


def _fit(value: object) -> object:
    return visible(value) if type(value) is str else value


def _markdown(value: object) -> object:
    return markdown_text(value) if type(value) is str else value
