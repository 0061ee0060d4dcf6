"""Policy `truncate`: a row that is too long loses the oldest part of its prompt, never of its answer.

Cut from the oldest end, as is usual for prompts (transformers' `truncation_side="left"`, TRL's
`truncation_mode="keep_end"`): what stands nearest to the answer decides it most.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from tunewright.data.rows import Message, Row, with_tools

WORD_START = re.compile(r"(?<=\s)(?=\S)")
MOST_TO_WORD_START = 20
"""Characters given up besides, so that the text begins with a whole word where there are words."""


def truncate(row: Row, tokens: Callable[[Row], int], most: int) -> Row | None:
    """The row with a prompt so short that the whole has at most so many tokens.

    The system turn and the tools stay. First the oldest exchanges go, each from a user's turn to the next,
    one after the other; if the last one alone is still too much, the beginning of its question.

    Args:
        row: instructions included; too long as it is.
        tokens: how many a row has.
        most: tokens that it may have.

    Returns:
        The shorter row; null if the system turn and the answer leave no room for a question.
    """
    kept = 1 if row.messages[0].role == "system" else 0
    system, turns = row.messages[:kept], row.messages[kept:]

    def shortened(*last: Message) -> Row:
        return replace(row, messages=with_tools((*system, *last), row.tools))

    later = [place for place, turn in enumerate(turns) if place and turn.role == "user"]
    for place in later:
        shorter = shortened(*turns[place:])
        if tokens(shorter) <= most:
            return shorter
    question, *rest = turns[later[-1] :] if later else turns

    def without(characters: int) -> Row:
        return shortened(replace(question, content=question.content[characters:]), *rest)

    cut = _fewest(lambda characters: tokens(without(characters)) <= most, len(question.content.rstrip()))
    if cut is None:
        return None
    start = WORD_START.search(question.content, cut, cut + MOST_TO_WORD_START)
    if start is not None and tokens(without(start.start())) <= most:
        return without(start.start())
    return without(cut)


def _fewest(fits: Callable[[int], bool], length: int) -> int | None:
    """The fewest characters of `length` to cut so that it fits, by halving; null if not even one may stay.

    A shorter text seldom has a token more than a longer one, so this is the fewest but for a few; what is
    returned was seen to fit.
    """
    low, high = 0, length - 1
    if high < 1 or not fits(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(middle) else (middle, high)
    return high
