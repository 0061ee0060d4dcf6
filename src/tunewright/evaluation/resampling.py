"""The bootstrap: what a score would have been on other rows of the same kind.

Source: B. Efron and R. Tibshirani (1993), An Introduction to the Bootstrap, chapters 13 and 16.

A resample is how often each row was drawn. A score is made of sums over rows (`Sums`, `Tally`), so one
matrix product gives the sums of all resamples at once. Values are rounded to `PRECISION` binary digits
first: then every product and sum is exact, and neither the order of adding nor the number of threads
changes a bit of the result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]
    Draws = NDArray[np.unsignedinteger]

SEED = 0  # of the resamples: intervals are as reproducible as the scores
PRECISION = 30  # binary digits of a value; 53 fit a float, so 2**23 rows can be summed exactly
DRAWN_AT_ONCE = 2_000_000  # rows drawn, 16 MB
KEPT = 64_000_000  # draws of one set of resamples that are kept for the next score, as many bytes or twice


@dataclass(frozen=True)
class Sums:
    """Numbers of each row that are added up.

    Attributes:
        values: shape (rows, numbers).
    """

    values: FloatArray

    def of(self, draws: Draws) -> FloatArray:
        """The sums of each resample, shape (samples, numbers)."""
        import numpy as np

        found: FloatArray = draws.astype(np.float64) @ _rounded(self.values)
        return found

    def total(self) -> FloatArray:
        """The sums of all rows, unrounded, shape (1, numbers)."""
        total: FloatArray = self.values.sum(axis=0)[None, :]
        return total

    def take(self, rows: IntArray) -> Sums:
        """Those of some rows."""
        return Sums(self.values[rows])


@dataclass(frozen=True)
class Tally:
    """A code of each row; how often each stands there is counted.

    Attributes:
        codes: shape (rows,), from 0.
        levels: how many codes there are.
    """

    codes: IntArray
    levels: int

    def of(self, draws: Draws) -> FloatArray:
        """How often each code stands in each resample, shape (samples, levels)."""
        import numpy as np

        order = np.argsort(self.codes, kind="stable")
        present, starts = np.unique(self.codes[order], return_index=True)
        counts = np.zeros((len(draws), self.levels))
        counts[:, present] = np.add.reduceat(draws[:, order], starts, axis=1, dtype=np.int64)
        return counts

    def total(self) -> FloatArray:
        """How often each code stands in all rows, shape (1, levels)."""
        import numpy as np

        return np.bincount(self.codes, minlength=self.levels)[None, :].astype(np.float64)

    def take(self, rows: IntArray) -> Tally:
        """That of some rows."""
        return Tally(self.codes[rows], self.levels)


Part = Sums | Tally
Combine = Callable[..., "FloatArray"]


@dataclass(frozen=True, eq=False)
class Statistic:
    """A score of resamples: what its parts add up to, and what the totals make. Equal to itself alone.

    Attributes:
        parts: of the same rows, at least one.
        combine: the parts' totals, each of shape (samples, its width), to scores of shape (samples,).
    """

    parts: tuple[Part, ...]
    combine: Combine

    def of(self, draws: Draws) -> FloatArray:
        """The score of each resample, shape (samples,)."""
        return self.combine(*(part.of(draws) for part in self.parts))

    def of_all(self) -> float:
        """The score of the rows themselves."""
        return float(self.combine(*(part.total() for part in self.parts))[0])

    def take(self, rows: IntArray) -> Statistic:
        """The same score on some of the rows."""
        return Statistic(tuple(part.take(rows) for part in self.parts), self.combine)


@dataclass(frozen=True)
class Difference:
    """First minus second on the same resampled rows: the paired bootstrap.

    Attributes:
        first, second: scores of the same rows.
    """

    first: Statistic
    second: Statistic

    def of_all(self) -> float:
        """The difference on the rows themselves."""
        return self.first.of_all() - self.second.of_all()


def mean_of(rows: FloatArray) -> Statistic:
    """The mean of the rows' scores."""
    import numpy as np

    return Statistic((Sums(np.column_stack([rows, np.ones(len(rows))])),), _ratio)


def resampled(statistic: Statistic | Difference, rows: int, samples: int) -> FloatArray:
    """The score of each of `samples` resamples, seeded: the same draws for the same number of rows."""
    if isinstance(statistic, Difference):
        return _resampled(statistic.first, rows, samples) - _resampled(statistic.second, rows, samples)
    return _resampled(statistic, rows, samples)


@lru_cache(maxsize=64)  # a contestant's scores are compared with those of all others
def _resampled(statistic: Statistic, rows: int, samples: int) -> FloatArray:
    import numpy as np

    found = np.concatenate([statistic.of(draws) for draws in _draws(rows, samples)])
    found.setflags(write=False)
    return found


def _ratio(sums: FloatArray) -> FloatArray:
    found: FloatArray = sums[:, 0] / sums[:, 1]
    return found


def _rounded(values: FloatArray) -> FloatArray:
    """Each column to a multiple of a power of two that leaves `PRECISION` digits to its greatest value."""
    import numpy as np

    _, exponent = np.frexp(np.abs(values).max(axis=0, initial=0.0))
    step = np.ldexp(1.0, exponent - PRECISION)
    found: FloatArray = np.rint(values / step) * step
    return found


def _draws(rows: int, samples: int) -> Sequence[Draws] | Iterator[Draws]:
    return _kept(rows, samples) if rows * samples <= KEPT else _drawn(rows, samples)


@lru_cache(maxsize=2)
def _kept(rows: int, samples: int) -> tuple[Draws, ...]:
    return tuple(_drawn(rows, samples))


def _drawn(rows: int, samples: int) -> Iterator[Draws]:
    """How often each row is drawn in each resample, some resamples at a time."""
    import numpy as np

    random = np.random.Generator(np.random.PCG64(SEED))
    step = max(1, DRAWN_AT_ONCE // rows)
    for start in range(0, samples, step):
        count = min(step, samples - start)
        drawn = random.integers(0, rows, size=(count, rows))
        drawn += np.arange(count)[:, None] * rows
        times = np.bincount(drawn.ravel(), minlength=count * rows).reshape(count, rows)
        yield times.astype(
            np.uint8 if times.max() < 2**8 else np.uint16 if times.max() < 2**16 else np.uint32
        )
