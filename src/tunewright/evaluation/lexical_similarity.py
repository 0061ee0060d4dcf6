"""`Bm25`: how alike texts are in their words; no model, no download, the same on every machine.

Method: Okapi BM25 (Robertson and Zaragoza 2009, doi:10.1561/1500000019) with Lucene's inverse document
frequency, which is never negative, and its defaults k1 = 1.2 and b = 0.75. A word is a run of letters and
digits, case apart. Scripts without spaces between words (Chinese, Japanese, Thai and others) count as pairs
of characters.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

K1, B = 1.2, 0.75
DIGITS = 9
"""Of a score: those behind may differ from machine to machine, and would decide between equals."""
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+")
PARTS = re.compile(rf"{UNSPACED.pattern}|(?:(?!{UNSPACED.pattern})\w)+")


class Bm25:
    """An index of texts.

    Args:
        texts: what queries are compared with; may be empty texts.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        """Count the words once."""
        import numpy as np

        counted = [Counter(words(text)) for text in texts]
        lengths = [sum(counts.values()) for counts in counted]
        average = sum(lengths) / max(len(texts), 1) or 1.0
        found: dict[str, list[tuple[int, float]]] = {}
        for place, (counts, length) in enumerate(zip(counted, lengths, strict=True)):
            for word, count in counts.items():
                weight = count * (K1 + 1) / (count + K1 * (1 - B + B * length / average))
                found.setdefault(word, []).append((place, weight))
        self._size = len(texts)
        self._postings: dict[str, tuple[NDArray[Any], NDArray[Any]]] = {}
        for word, entries in found.items():
            places, weights = zip(*entries, strict=True)
            rarity = math.log(1 + (len(texts) - len(entries) + 0.5) / (len(entries) + 0.5))
            self._postings[word] = np.array(places), rarity * np.array(weights)

    def nearest(self, text: str, count: int) -> list[int]:
        """The places of the texts most like this one, most alike first; equals in the order of the index."""
        import numpy as np

        scores = np.zeros(self._size)
        for word, times in sorted(Counter(words(text)).items()):
            if (posting := self._postings.get(word)) is not None:
                scores[posting[0]] += times * posting[1]
        order: list[int] = np.argsort(-scores.round(DIGITS), kind="stable")[:count].tolist()
        return order


def words(text: str) -> Iterator[str]:
    """The words of a text, in its order."""
    for part in PARTS.findall(text.casefold()):
        if UNSPACED.match(part) and len(part) > 1:
            yield from (first + second for first, second in pairwise(part))
        else:
            yield part
