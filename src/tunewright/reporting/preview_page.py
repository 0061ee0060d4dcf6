"""`render_preview`: rows as the model sees them, as one HTML text that loads nothing and runs nothing."""

from __future__ import annotations

from tunewright import __version__
from tunewright.reporting.preview_text import shown
from tunewright.reporting.templates import render_html
from tunewright.training.pieces import Piece
from tunewright.training.preview import Preview


def render_preview(preview: Preview, *, project: str, base_model: str) -> str:
    """Render the preview; the same rows give the same text.

    Args:
        preview: the rows.
        project: its name.
        base_model: whose tokenizer it is.
    """
    return render_html(
        "preview.html.j2",
        {
            "project": project,
            "base_model": base_model,
            "split": preview.split,
            "totals": preview.totals,
            "rows": [
                {
                    "heading": shown(row.heading),
                    "note": row.note,
                    "share": f"{100 * row.trained / row.tokens:.1f}",
                    "pieces": [
                        (_kind(piece), " ".join(map(str, piece.ids)), shown(piece.text))
                        for piece in row.pieces
                    ],
                }
                for row in preview.rows
            ],
            "version": __version__,
        },
    )


def _kind(piece: Piece) -> str:
    """The classes of a token's element."""
    return " ".join(name for name, holds in (("trained", piece.trained), ("special", piece.special)) if holds)
