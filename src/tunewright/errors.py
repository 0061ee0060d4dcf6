"""The mistakes a user can meet. Each says what is wrong, where, and what to type next.

The command line prints them without a traceback and exits with `exit_code`; anything else that
escapes is a defect of tunewright.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_NAMES_LISTED = 20


class TunewrightError(Exception):
    """A mistake that the user can mend.

    Args:
        what: the value and what is wrong with it, in one sentence.
        where: file, line or key; empty if there is no place.
        fix: the next command to type or the edit to make; empty if there is none.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        """Hold what, where and fix apart, so that JSON output can too."""
        super().__init__(what)
        self.what = what
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        """The message as it is printed: `where: what`, then the fix on a line of its own."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}\n  fix: {self.fix}" if self.fix else head


@dataclass(frozen=True)
class Problem:
    """One mistake in the configuration.

    Attributes:
        key: dotted key, e.g. `method.lora.r`.
        what: what is wrong, with the given value and the allowed ones.
        where: the file (and line) that set the value.
        fix: the nearest name or the next edit; empty if there is none.
    """

    key: str
    what: str
    where: str = ""
    fix: str = ""

    def __str__(self) -> str:
        """The problem on one or two lines."""
        head = f"{self.where}: {self.key}: {self.what}" if self.where else f"{self.key}: {self.what}"
        return f"{head}\n    fix: {self.fix}" if self.fix else head


class ConfigError(TunewrightError):
    """Everything that is wrong with a configuration, collected and shown at once."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Make one message of all problems."""
        self.problems = tuple(problems)
        count = len(self.problems)
        heading = f"{count} problem{'s' if count != 1 else ''} in the configuration"
        super().__init__("\n".join([heading, *(f"  {problem}" for problem in self.problems)]))


class UsageError(TunewrightError):
    """A command that cannot be carried out as it was typed."""

    exit_code = 2


def unknown_name(kind: str, given: str, known: Sequence[str]) -> UsageError:
    """A word that names nothing, with the nearest one that does.

    Args:
        kind: what was looked for: group, setting, option ...
        given: the word.
        known: all that there are.
    """
    import difflib

    near = difflib.get_close_matches(given, known, n=1)
    there = f"; there are: {', '.join(known)}" if len(known) <= MOST_NAMES_LISTED else ""
    return UsageError(
        f"there is no {kind} {given!r}{there}", fix=f"did you mean {near[0]!r}?" if near else ""
    )


class InterruptionError(TunewrightError):
    """Work that SIGINT (130) or SIGTERM (143) has ended; what is finished is kept.

    Args:
        number: of the signal; the exit code is 128 more.
        what, where, fix: as for every message.
    """

    exit_code = 130

    def __init__(self, number: int, what: str, *, where: str = "", fix: str = "") -> None:
        """Derive the exit code as shells do."""
        super().__init__(what, where=where, fix=fix)
        self.number = number
        self.exit_code = 128 + number


class PrunedError(TunewrightError):
    """A training that its search has given up: no failure, and no result either."""

    exit_code = 3


class DataError(TunewrightError):
    """The data as it is cannot be used: unreadable, too many rejected rows, an empty split."""


class ModelError(TunewrightError):
    """A base model that cannot be had, verified or loaded."""


class TrainingError(TunewrightError):
    """Training that must not start or whose result must not be trusted."""


class EvaluationError(TunewrightError):
    """Scores that cannot be computed or compared."""


class EndpointError(TunewrightError):
    """A server that cannot be asked: unreachable, refusing, answering nonsense, or the budget is used up."""


class ScaffoldError(TunewrightError):
    """A project that cannot be generated from the answers given."""

    exit_code = 2
