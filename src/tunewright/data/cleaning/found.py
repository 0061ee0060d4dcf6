"""`Found`: what cleaning did and met over all rows, for the data card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tunewright.data.cleaning.languages import LanguagesMet
from tunewright.data.cleaning.text import Change


@dataclass(frozen=True)
class Found:
    """What cleaning did and met.

    Attributes:
        changes: what cleaning changed -> rows that passed their checks.
        languages: of the rows, or of a sample.
    """

    changes: Mapping[Change, int] = field(default_factory=dict)
    languages: LanguagesMet = field(default_factory=LanguagesMet)
