"""Rendering: every value of a template is made fit for a text file and escaped, whatever it holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|#&~$])")
_UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_STACK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_STACKED = re.compile(f"({_STACK}{{3}}){_STACK}+")
_LINKING = re.compile(r"(:(?=//)|www(?=\.)|@|[#!](?=\\?\d)|GH-(?=\d))", re.IGNORECASE)
_WORD_JOINER = "\u2060"


def render_html(template: str, context: Mapping[str, Any]) -> str:
    """Render an HTML template of this package; values are escaped as HTML text."""
    return _render(template, context, html=True, finalize=_fit)


def render_markdown(template: str, context: Mapping[str, Any]) -> str:
    """Render a markdown template of this package; values are escaped and kept on one line.

    What is markdown already must come as `markupsafe.Markup`.
    """
    return _render(template, context, html=False, finalize=_markdown)


def render_comment(template: str, context: Mapping[str, Any]) -> str:
    """Render a markdown template for a pull request: as `render_markdown`, and no value makes a link.

    Services link addresses, e-mail addresses and numbers of issues, and notify whom a text mentions, be it
    escaped or not.
    """
    return _render(template, context, html=False, finalize=_comment)


def revealed(text: str) -> str:
    """The text with what nobody sees, or what turns its direction, as ‹U+202E›; marks are stacked three high.

    Joiners stay, since words and emoji are spelt with them.
    """
    shown = _UNSEEN.sub(lambda found: f"‹U+{ord(found[0]):04X}›", text)
    return _STACKED.sub(r"\1", shown)


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
    return _MARKDOWN.sub(r"\\\1", " ".join(revealed(visible(text)).split()))


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
    return revealed(visible(value)) if type(value) is str else value


def _comment(value: object) -> object:
    return _LINKING.sub(rf"\1{_WORD_JOINER}", markdown_text(value)) if type(value) is str else value


def _markdown(value: object) -> object:
    return markdown_text(value) if type(value) is str else value
