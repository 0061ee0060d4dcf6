"""Texts that are nearly the same: MinHash finds those that may be, the texts themselves decide.

Likeness is the Jaccard index of the sets of runs of five characters. Signatures of `PERMUTATIONS` minima
(Broder, On the resemblance and containment of documents, 1997; R-MinHash of the package rensa) are cut into
bands, and texts that share a band are compared (Leskovec et al., Mining of Massive Datasets, 3.4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]

PERMUTATIONS = 128
RUN = 5
"""Characters of a run (shingle)."""
SEED = 1
MISSED = 0.01
"""Of pairs just as alike as the threshold asks, at most this share may escape the bands."""
COMPARED = 8
"""Texts of one band that are unlike each other, with which a further one is compared."""


def bands(threshold: float) -> tuple[int, int]:
    """How many bands of how many rows find pairs as alike as the threshold, and the fewest others."""
    for rows in range(PERMUTATIONS, 0, -1):
        count = PERMUTATIONS // rows
        if (1 - threshold**rows) ** count <= MISSED:
            return count, rows
    return PERMUTATIONS, 1


def runs(text: str) -> Hashes:
    """The hashes of a text's runs of characters, each once, sorted; a shorter text is one run."""
    import numpy as np

    ranked = np.sort(_hashed(text))  # np.unique costs three times as much
    first = np.ones(len(ranked), dtype=np.bool_)
    np.not_equal(ranked[1:], ranked[:-1], out=first[1:])
    return ranked[first]


def band_keys(texts: Sequence[str], threshold: float) -> Hashes:
    """The keys of the texts' bands, shape (texts, bands): texts that share one may be near-duplicates."""
    import numpy as np
    from rensa import RMinHash

    count, rows = bands(threshold)
    if not texts:
        return np.empty((0, count), dtype=np.uint64)
    hashed = [_hashed(text) for text in texts]
    ends = np.cumsum([0, *map(len, hashed)], dtype=np.uint64)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(np.concatenate(hashed), ends, PERMUTATIONS, SEED)
    signatures = np.asarray(matrix.to_rows(), dtype=np.uint64)
    minima = (signatures[:, band * rows : (band + 1) * rows] for band in range(count))
    return np.stack([_mixed(columns) for columns in minima], axis=1)


def parted(keys: Hashes, chosen: Sequence[int], apart: Sequence[str]) -> Hashes:
    """The keys of some of the texts, changed so that texts that must be told apart share no band.

    Args:
        keys: as `band_keys` gives them.
        chosen: rows of `keys`.
        apart: for each of these hex digits (or nothing); texts with different ones share nothing.
    """
    import numpy as np

    told = np.array([int(digits or "0", 16) for digits in apart], dtype=np.uint64)
    own = keys[list(chosen)]
    for band in range(own.shape[1]):  # in place: all of them twice would not fit beside a million rows
        own[:, band] = _mixed(np.stack([told, own[:, band]], axis=1))
    return own


def jaccard(one: Hashes, other: Hashes) -> float:
    """The share of runs that two texts have in common, between 0 and 1."""
    import numpy as np

    ranked = np.sort(np.concatenate([one, other]))
    common = int(np.count_nonzero(ranked[1:] == ranked[:-1]))
    return common / (len(one) + len(other) - common)


class Clusters:
    """Sets of indices that grow together (union-find, the smaller index leads)."""

    def __init__(self, size: int) -> None:
        """Every index for itself."""
        self._leader = list(range(size))

    def leader(self, index: int) -> int:
        """The index that stands for the set."""
        while self._leader[index] != index:
            self._leader[index] = self._leader[self._leader[index]]
            index = self._leader[index]
        return index

    def join(self, one: int, other: int) -> None:
        """Make one set of two."""
        first, second = sorted((self.leader(one), self.leader(other)))
        self._leader[second] = first


def join_near(
    clusters: Clusters, indices: Sequence[int], keys: Hashes, text: Callable[[int], str], threshold: float
) -> set[int]:
    """Join texts that are near-duplicates, and with them what they are near-duplicates of.

    A band may hold any number of texts that are alike but not near-duplicates (one template, filled in). Of
    a band, therefore, `COMPARED` such texts are kept, the first in the order given, and each further text is
    compared with those alone: the work grows with the number of texts and not with its square.

    Args:
        clusters: grow.
        indices: of different texts, in an order that does not depend on that of the raw files.
        keys: as `band_keys` or `parted` gives them, one row an index.
        text: gives the text of an index.
        threshold: the least likeness of near-duplicates.

    Returns:
        the indices that were in a band with more than they were compared with, and like none of these.
    """
    partly: set[int] = set()
    for members in sharing_a_band(indices, keys):
        separate: dict[int, int] = {}
        for index in members:
            separate.setdefault(clusters.leader(index), index)
        if len(separate) == 1:  # an earlier band has joined them
            continue
        unlike: list[tuple[int, Hashes]] = []
        for index in separate.values():
            own = runs(text(index))
            near = next((other for other, theirs in unlike if jaccard(own, theirs) >= threshold), None)
            if near is not None:
                clusters.join(near, index)
            elif len(unlike) < COMPARED:
                unlike.append((index, own))
            else:
                partly.add(index)
    return partly


def sharing_a_band(indices: Sequence[int], keys: Hashes) -> Iterator[list[int]]:
    """The indices that share a band, band by band: two or more, in the order given."""
    import numpy as np

    given = np.asarray(indices, dtype=np.int64)
    for band in range(keys.shape[1]):
        by_key = np.argsort(keys[:, band], kind="stable")
        column = keys[by_key, band]
        starts = np.flatnonzero(np.r_[True, column[1:] != column[:-1]]) if len(column) else by_key
        ends = np.r_[starts[1:], len(column)]
        several = ends - starts > 1
        for start, end in zip(starts[several], ends[several], strict=True):
            yield given[by_key[start:end]].tolist()


def _hashed(text: str) -> Hashes:
    """A 64-bit hash of each run of characters, in the order of the text."""
    import numpy as np

    characters = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    if len(characters) < RUN:
        characters = np.pad(characters, (0, RUN - len(characters)))
    windows = np.lib.stride_tricks.sliding_window_view(characters, RUN)
    return _mixed(windows)


def _mixed(columns: Hashes) -> Hashes:
    """One hash of each row of numbers (FNV-1a's step over 64-bit words, then the finaliser of splitmix64)."""
    import numpy as np

    with np.errstate(over="ignore"):
        mixed = np.full(len(columns), 0xCBF29CE484222325, dtype=np.uint64)
        for column in columns.T:
            mixed = (mixed ^ column) * np.uint64(0x100000001B3)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return mixed ^ (mixed >> np.uint64(31))
