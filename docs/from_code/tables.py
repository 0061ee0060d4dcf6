"""Markdown: tables and code spans that hold any text, anchors of headings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, or a sentence if there are no rows."""
    lines = [_line(row) for row in rows]
    if not lines:
        return "None.\n"
    return "\n".join([_line(head), _line(["---"] * len(head)), *lines]) + "\n"


def code(text: object) -> str:
    """A code span; empty for empty text."""
    return f"`{text}`" if str(text) else ""


def codes(texts: Iterable[object]) -> str:
    """Code spans with commas between."""
    return ", ".join(map(code, texts))


def anchor(heading: str) -> str:
    """The anchor of a heading, as GitHub and MyST make it."""
    return "".join(sign for sign in heading.lower() if sign.isalnum() or sign in "-_ ").replace(" ", "-")


def _line(cells: Sequence[str]) -> str:
    escaped = (" ".join(cell.split()).replace("|", r"\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"
