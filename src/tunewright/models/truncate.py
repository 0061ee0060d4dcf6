"""Policy `truncate`: a prompt that is too long loses its oldest part; system turn and answer stay whole.

Cut from the oldest end, as is usual for prompts (transformers' `truncation_side="left"`, TRL's
`truncation_mode="keep_end"`): what stands nearest to the answer decides it most.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from tunewright.data.rows import Message, tools_of, with_tools

WORD_START = re.compile(r"(?<=\s)(?=\S)")
MOST_TO_WORD_START = 20
"""Characters given up besides, so that the text begins with a whole word where there are words."""

Prompt = tuple[Message, ...]


def truncate(prompt: Sequence[Message], fits: Callable[[Prompt], bool]) -> Prompt | None:
    """The prompt, so short that it fits.

    The system turn and the tools stay. First the oldest exchanges go, each from a user's turn to the next,
    one after the other; if the last one alone is still too much, the beginning of its question.

    Args:
        prompt: the turns before the answer; too long as it is.
        fits: whether a prompt has few enough tokens.

    Returns:
        The shorter prompt; null if what may not be cut leaves no room for a question.
    """
    kept = 1 if prompt[0].role == "system" else 0
    system, turns = prompt[:kept], prompt[kept:]

    def shortened(*last: Message) -> Prompt:
        return with_tools((*system, *last), tools_of(prompt))

    asked = [place for place, turn in enumerate(turns) if turn.role == "user"]
    if not asked:
        return None
    for place in asked[1:]:
        shorter = shortened(*turns[place:])
        if fits(shorter):
            return shorter
    question, *results = turns[asked[-1] :]

    def without(characters: int) -> Prompt:
        return shortened(replace(question, content=question.content[characters:]), *results)

    cut = _fewest(lambda characters: fits(without(characters)), len(question.content.rstrip()))
    if cut is None:
        return None
    start = WORD_START.search(question.content, cut, cut + MOST_TO_WORD_START)
    if start is not None and fits(without(start.start())):
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
