"""A raw row with its place, or why it goes no further: what readers yield and transforms take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row comes from.

    Attributes:
        file: path of the raw file, relative to the project.
        line: the physical line where the row starts, from 1.
        sha256: hex SHA-256 of the row's bytes, without the line end.
    """

    file: str
    line: int
    sha256: str

    def __str__(self) -> str:
        """`file:line`, as editors take it."""
        return f"{self.file}:{self.line}"

    def __reduce__(self) -> tuple[type[Place], tuple[str, int, str]]:
        """Travel between processes as plain arguments."""
        return type(self), (self.file, self.line, self.sha256)


class PlaceInOrder(Place):
    """Where a row of the project's own reader comes from: its number as `line`, since lines are not known."""

    __slots__ = ()

    def __str__(self) -> str:
        """`file, row N`."""
        return f"{self.file}, row {self.line}"


@dataclass(frozen=True)
class RawRow:
    """A row as it stands in the file: its fields by name, nothing checked yet."""

    place: Place
    values: dict[str, Any]


@dataclass(frozen=True)
class Discarded:
    """A row that goes no further.

    Attributes:
        place: where it stands.
        reason: why; the same words for the same mistake, so that they can be counted.
        detail: what differs from row to row (a byte, another row's place) and completes the reason.
        duplicate: removed, not rejected as faulty: another row says the same, or the row is one too many.
        stops: holds personal data, or has a flag, of which the policy says that none may be there: `prepare`
            must stop.
        personal: the personal data that was met in it: (field, kind, action) -> how often.
        fix: what to do about it; empty where nothing is to be done.
        stays: where the row stands that says the same and stays; null where it is no duplicate.
        flag: of `data.cleaning.flags`, for which the policy rejects it; empty for any other reason.
    """

    place: Place
    reason: str
    detail: str = ""
    duplicate: bool = False
    stops: bool = False
    personal: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    fix: str = ""
    stays: Place | None = None
    flag: str = ""

    def __str__(self) -> str:
        """Reason and detail as one sentence."""
        return f"{self.reason} {self.detail}".rstrip()
