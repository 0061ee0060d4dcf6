"""Free texts that end in the middle of a sentence."""

from __future__ import annotations

import re

_FENCE = re.compile(r"^\s*```", re.MULTILINE)
_ENDS_OPEN = re.compile(r"(?:,|[(\[{«„]|\w-)$")
_ENDS_A_SENTENCE = re.compile(r"[^\W\d_]{2}[.!?…]['\"”’»)\]]*\s")
_NO_PROSE = re.compile(r"^\s*(?:[-*+•|>#]|\d+[.)]\s|```| {4}|\t)|https?://|[{};=]|\S@\S")
_LEAST_WORDS = 6
"""A last line with fewer words may be a greeting, a name or a title."""
_LEAST_WORDS_OPEN = 3

# No sentence ends with these: English, German, French, Spanish, Italian, Portuguese, Dutch.
_NEVER_LAST = re.compile(
    r"\s(?:the|an|and|or|of|because|my|your|our|their|than|whether"
    r"|und|oder|ein|eine|einen|einem|einer|dem|des|weil|dass|wenn"
    r"|et|ou|le|les|une|du|que|pour|dans|avec"
    r"|y|el|los|las|del|con|por|para|gli|dei|della|che|os|uma|dos|das|do|het|een|en|van|omdat)$"
)


def is_cut_off(text: str) -> bool:
    """Whether a text ends in the middle of a sentence or of a block of code.

    A rule of thumb that leaves much alone. It takes for cut off: a block of code that is not closed; prose
    that ends with a comma, an opening bracket, a hyphen or a word such as "and"; a last line of
    `_LEAST_WORDS` words or more that ends with a small letter, in a text that ends sentences with a mark
    elsewhere. Scripts without small letters are not taken by the last rule; lists, tables, headings, code
    and addresses by the first alone.

    Args:
        text: an answer without white space at its end.
    """
    if text[-1:] in ".!?":
        return False
    if "```" in text and len(_FENCE.findall(text)) % 2:
        return True
    ends_open = _ENDS_OPEN.search(text[-2:]) is not None
    if not (ends_open or text[-1:].islower()):
        return False
    last = text[text.rfind("\n") + 1 :]
    words = last.split()
    if _NO_PROSE.search(last) or len(words) < _LEAST_WORDS_OPEN:
        return False
    if ends_open or _NEVER_LAST.search(last[-12:]):
        # A greeting, "Best regards from Turin,", is a line of its own and short.
        return len(words) >= _LEAST_WORDS or "\n" not in text
    # A name or a title ends without a mark, and its last word begins with a capital.
    return words[-1].islower() and len(words) >= _LEAST_WORDS and bool(_ENDS_A_SENTENCE.search(text))
