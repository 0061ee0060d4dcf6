"""Text that was decoded in a wrong way: found and put right by ftfy's rules."""

from __future__ import annotations

import re

# UTF-8 read as a one-byte encoding of the West or as cp1251 holds one; ftfy's own check costs ten times more.
_SUSPECT = re.compile(
    r"[\u00c2-\u00f4\u0402-\u040f][^\x00-\x7f]|[\u0420\u0421][^\x00-\x7f\u0410-\u044f]|\ufffd"
)
_LOST = "\ufffd"


def is_mojibake(text: str) -> bool:
    """Whether the text holds UTF-8 decoded as another encoding, or the sign for what could not be decoded."""
    if text.isascii() or not _SUSPECT.search(text):
        return False
    return _LOST in text or repaired(text) != text


def repaired(text: str) -> str:
    """The text as it was before it was decoded in a wrong way; as it is where that is in doubt.

    Raises nothing: what was lost stays lost, as U+FFFD.

    Source: ftfy (Speer 2019, https://doi.org/10.5281/zenodo.2591652), `fix_encoding`.
    """
    if text.isascii() or not _SUSPECT.search(text):
        return text
    import ftfy

    return ftfy.fix_encoding(text)
