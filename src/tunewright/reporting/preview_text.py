"""The preview of rows for terminals: trained tokens in colour, or between ⟦ and ⟧ where there is none.

Rows may hold anything, so what a terminal would obey or not show (escape codes, marks that turn the
direction of the text) is written out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from tunewright.training.pieces import Piece
from tunewright.training.preview import Preview, RowPreview

if TYPE_CHECKING:
    from rich.text import Text

OPEN, CLOSE = "⟦", "⟧"
LINE_END, RETURN, TAB = "↵\n", "␍", "⇥"
JOINERS = "\u200c\u200d"
"""Of invisible characters, those that belong to the spelling of words and emoji."""

STYLES = {
    (False, False): "",
    (False, True): "magenta",
    (True, False): "bold green underline",
    (True, True): "bold magenta underline",
}
"""By trained and special."""

LEGEND = "Special tokens as they stand in the vocabulary; ↵ ends a line, ⇥ is a tab. "


def shown(text: str) -> str:
    """The text with line ends and tabs marked, and invisible characters as ‹U+XXXX›."""
    return "".join(map(_shown, text))


def plain(preview: Preview) -> str:
    """All of it without control codes."""
    blocks = [LEGEND + f"{OPEN} and {CLOSE} enclose what is trained."] if preview.rows else []
    blocks += ["\n".join([*_head(row), _marked(row)]) for row in preview.rows]
    return "\n\n".join([*blocks, "\n".join(preview.totals)])


def coloured(preview: Preview) -> Text:
    """All of it for a terminal with colours."""
    from rich.text import Text

    text = Text()
    if preview.rows:
        text.append(LEGEND + "Trained is what is ")
        text.append("underlined", STYLES[True, False])
        text.append(".\n\n")
    for row in preview.rows:
        first, *notes = _head(row)
        text.append(first + "\n", "bold")
        for note in notes:
            text.append(note + "\n", "yellow")
        for (trained, special), span in _spans(row):
            text.append(span, STYLES[trained, special])
        text.append("\n\n")
    text.append("\n".join(preview.totals))
    return text


def _head(row: RowPreview) -> Iterator[str]:
    yield shown(row.heading)
    if row.note:
        yield f"note: {row.note}"


def _marked(row: RowPreview) -> str:
    spans = groupby(row.pieces, key=lambda piece: piece.trained)
    texts = ((trained, "".join(shown(piece.text) for piece in span)) for trained, span in spans)
    return "".join(f"{OPEN}{text}{CLOSE}" if trained else text for trained, text in texts)


def _spans(row: RowPreview) -> Iterator[tuple[tuple[bool, bool], str]]:
    def kind(piece: Piece) -> tuple[bool, bool]:
        return piece.trained, piece.special

    for which, span in groupby(row.pieces, key=kind):
        yield which, "".join(shown(piece.text) for piece in span)


def _shown(character: str) -> str:
    marked = {"\n": LINE_END, "\r": RETURN, "\t": TAB}.get(character)
    if marked is not None:
        return marked
    unseen = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    return f"‹U+{ord(character):04X}›" if unseen and character not in JOINERS else character
