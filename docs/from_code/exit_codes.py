"""The errors that a user can meet with their exit codes, from the exceptions' own declarations."""

from __future__ import annotations

from collections.abc import Iterator

from tunewright import errors

from .docstrings import summary
from .tables import code, table


def markdown() -> str:
    """A row an error."""
    rows = [[str(error.exit_code), code(error.__name__), summary(error)] for error in kinds()]
    return table(["exit code", "error", "what it means"], sorted(rows))


def kinds(
    base: type[errors.TunewrightError] = errors.TunewrightError,
) -> Iterator[type[errors.TunewrightError]]:
    """The error itself, then those below it."""
    yield base
    for below in base.__subclasses__():
        yield from kinds(below)
