"""n-grams of answers and references, counted for all rows at once: what chrF and BLEU are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tunewright.evaluation.resampling import FloatArray, IntArray

COUNTED_AT_ONCE = 200_000  # units of answers and references: small enough for a processor's cache


@dataclass(frozen=True)
class NgramCounts:
    """How many n-grams there are by row and order, each of shape (rows, orders).

    Attributes:
        given: of the answers.
        right: of the references.
        common: in both, an n-gram as often as in the one that has it less often.
    """

    given: FloatArray
    right: FloatArray
    common: FloatArray


def character_codes(texts: Sequence[str]) -> list[IntArray]:
    """The characters of each text as numbers, without white space."""
    import numpy as np

    found = ("".join(text.split()).encode("utf-32-le", "surrogatepass") for text in texts)
    return [np.frombuffer(encoded, dtype="<u4").astype(np.int64) for encoded in found]


def word_codes(texts: Sequence[Sequence[str]], known: dict[str, int]) -> list[IntArray]:
    """The words of each text as numbers; a word that is not yet known gets the next one."""
    import numpy as np

    return [
        np.array([known.setdefault(word, len(known)) for word in words], dtype=np.int64) for words in texts
    ]


def count_ngrams(answers: Sequence[IntArray], references: Sequence[IntArray], orders: int) -> NgramCounts:
    """Count the n-grams of 1 to `orders` units.

    Args:
        answers, references: the units of each row's text as numbers from 0.
        orders: the longest n-gram's units.
    """
    import numpy as np

    counts = np.zeros((3, len(answers), orders))
    for rows in _parts(answers, references):
        counts[:, rows] = _counted([*answers[rows], *references[rows]], orders)
    return NgramCounts(*counts)


def _parts(answers: Sequence[IntArray], references: Sequence[IntArray]) -> Iterator[slice]:
    """Rows that are counted at once: at least one, and no more units than allowed where there are several."""
    start = units = 0
    for row, pair in enumerate(zip(answers, references, strict=True)):
        own = sum(map(len, pair))
        if units and units + own > COUNTED_AT_ONCE:
            yield slice(start, row)
            start, units = row, 0
        units += own
    if start < len(answers):
        yield slice(start, len(answers))


def _counted(texts: Sequence[IntArray], orders: int) -> FloatArray:
    """Given, right and common, shape (3, rows, orders), of all answers and behind them all references.

    An n-gram is a number that stands for the row, the units before and the last unit, so equal numbers are
    equal n-grams of one row; each order's numbers follow from those of the order before.
    """
    import numpy as np

    rows, lengths = len(texts) // 2, np.array([len(text) for text in texts])
    units = np.concatenate(texts)
    text = np.repeat(np.arange(len(texts)), lengths)
    ends = np.repeat(np.cumsum(lengths), lengths)  # where the text of each unit is over
    found = np.zeros((3, rows, orders))
    starts, ngrams = np.arange(len(units)), text % rows
    for order in range(orders):
        whole = starts + order < ends[starts]
        starts, ngrams = starts[whole], ngrams[whole]
        if not len(starts):
            break
        _, ngrams = np.unique(ngrams * (units.max() + 1) + units[starts + order], return_inverse=True)
        answered = text[starts] < rows
        kinds = ngrams.max() + 1
        given, right = (np.bincount(ngrams[side], minlength=kinds) for side in (answered, ~answered))
        row_of = np.zeros(kinds, dtype=np.int64)
        row_of[ngrams] = text[starts] % rows
        for place, count in enumerate((given, right, np.minimum(given, right))):
            found[place, :, order] = np.bincount(row_of, weights=count, minlength=rows)
    return found
