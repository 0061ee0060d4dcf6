"""Rules of `data.cleaning`: what is dropped is looked for in every row."""

from __future__ import annotations

from collections.abc import Iterator

from tunewright.config.schema.data import Data
from tunewright.errors import Problem


def languages(data: Data) -> Iterator[Problem]:
    """Rows in another language are dropped from all rows, never from a sample."""
    cleaning = data.cleaning
    if cleaning.flags.language != "report" and cleaning.language_sample is not None:
        yield Problem(
            "data.cleaning.flags.language",
            f"{cleaning.flags.language} needs the language of every row, and data.cleaning.language_sample "
            f"is {cleaning.language_sample}",
            fix="tunewright set data.cleaning.language_sample=null",
        )
