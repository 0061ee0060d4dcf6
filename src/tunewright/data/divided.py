"""What `prepare` holds between its steps: cleaned rows, then rows in their splits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tunewright.data.balance import Training
from tunewright.data.candidate import Candidate
from tunewright.data.cleaning.found import Found
from tunewright.data.frozen import Frozen
from tunewright.data.personal.guard import Tally
from tunewright.data.raw_row import Discarded
from tunewright.data.split import Parts

if TYPE_CHECKING:
    from tunewright.data.near_duplicates import Hashes


@dataclass(frozen=True)
class Cleaned:
    """Rows that are fit to be split, and those that are not.

    Attributes:
        candidates: in the order of the raw files.
        keys: of the prompts' bands, by the rows' numbers.
        discarded: rejected rows and removed duplicates.
        read: rows read, by path of the source.
        formats: what each source was taken for, by its path.
        personal: personal data that was met in the rows that were read.
        cleaning: what cleaning did and met.
    """

    candidates: list[Candidate]
    keys: Hashes
    discarded: list[Discarded]
    read: dict[str, int]
    formats: dict[str, str]
    personal: Mapping[Tally, int] = field(default_factory=dict)
    cleaning: Found = field(default_factory=Found)


@dataclass(frozen=True)
class Divided:
    """Rows in their splits.

    Attributes:
        parts: the rows of each split, in the order in which they are written.
        discarded: all rows that are in none.
        read: rows read, by path of the source.
        formats: what each source was taken for, by its path.
        frozen: the frozen test set.
        training: the training split, balanced.
        personal: personal data that was met in the rows that were read.
        cleaning: what cleaning did and met.
        partly_compared: how many of the rows were compared with some of their look-alikes alone.
    """

    parts: Parts
    discarded: list[Discarded]
    read: dict[str, int]
    formats: dict[str, str]
    frozen: Frozen
    training: Training
    personal: Mapping[Tally, int] = field(default_factory=dict)
    cleaning: Found = field(default_factory=Found)
    partly_compared: int = 0
