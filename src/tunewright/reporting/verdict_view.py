"""The verdict and the criteria as they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tunewright.config.criterion_text import criterion_text
from tunewright.evaluation.verdict import Judgement, Verdict
from tunewright.reporting import numbers
from tunewright.reporting.names import MEASURED_NAMES, SHORT, metric_name

NO_INTERVAL = "no interval"
LIMITS = "evaluation.suites.limits"
MOST_NAMED = 3
"""Failed criteria that the sentence names; all of them are in the table."""
Status = Literal["accepted", "rejected", "undeclared"]


@dataclass(frozen=True)
class VerdictView:
    """The answer to "should we ship it?"."""

    status: Status
    title: str
    sentence: str


@dataclass(frozen=True)
class CriterionRow:
    """One criterion with what was found.

    Attributes:
        criterion: as a file's short form has it; of a suite's limit its key and value.
        declared_in: the key that asks for it.
        subject, least: in words: of what, and what is asked.
        confidence: of the interval; empty where there is none.
        value, interval: what was found.
    """

    criterion: str
    declared_in: str
    subject: str
    least: str
    confidence: str
    value: str
    interval: str
    passed: bool
    reason: str

    @property
    def text(self) -> str:
        """The criterion as a sentence."""
        sure = f"at {self.confidence} confidence" if self.confidence else "measured once"
        return f"{self.subject}: {self.least}, {sure}"


def verdict_view(verdict: Verdict) -> VerdictView:
    """The verdict in a word and a sentence."""
    rows = criterion_rows(verdict)
    if not rows:
        return VerdictView(
            "undeclared",
            "No criteria declared",
            "The task says nothing about what must hold, so this report compares and does not judge.",
        )
    failed = [row for row in rows if not row.passed]
    if verdict.accepted:
        holds = {1: "The one criterion holds.", 2: "Both criteria hold."}.get(
            len(rows), f"All {len(rows)} criteria hold."
        )
        return VerdictView("accepted", "Accepted", holds)
    fails = "criteria fails" if len(failed) == 1 else "criteria fail"
    named = "; ".join(
        f"{row.subject} is {row.value} {row.interval}, {row.least} is asked" for row in failed[:MOST_NAMED]
    )
    if len(failed) > MOST_NAMED:
        named += f"; and {len(failed) - MOST_NAMED} more"
    count = f"{len(failed)} of {len(rows)} {fails}" if len(rows) > 1 else "The one criterion fails"
    return VerdictView("rejected", "Not accepted", f"{count}: {named}.")


def criterion_rows(verdict: Verdict) -> tuple[CriterionRow, ...]:
    """The criteria in the task's order."""
    return tuple(map(_row, verdict.criteria))


def _row(found: Judgement) -> CriterionRow:
    name = MEASURED_NAMES.get(found.metric) or metric_name(found.metric)
    subject = f"{name} over {SHORT[found.over]}" if found.over is not None else name
    if found.slice:
        where = ", ".join(f"{field}={value}" for field, value in found.slice.items())
        subject = f"{subject} ({where})"
    least, most = ("at least", "at most") if found.strict else ("not shown below", "not shown above")
    bounds = ((least, found.min), (most, found.max))
    asked = [f"{words} {_shown(found, bound)}" for words, bound in bounds if bound is not None]
    has_interval = found.low is not None and found.high is not None
    return CriterionRow(
        criterion=_short(found),
        declared_in="task.acceptance" if found.limit is None else LIMITS,
        subject=subject,
        least=" and ".join(asked),
        confidence=f"{100 * found.confidence:g} %" if not found.unit else "",
        value=_shown(found, found.value),
        interval=numbers.interval(found.metric, found.low, found.high) if has_interval else NO_INTERVAL,
        passed=found.passed,
        reason=found.reason,
    )


def _short(found: Judgement) -> str:
    """The criterion as a file has it; a limit as it stands in the settings, where it is never below zero."""
    if found.limit is None:
        return criterion_text(found.metric, found.over, found.slice, found.min, found.max, found.confidence)
    value = found.max if found.min is None else found.min
    return f"{LIMITS}.{found.limit} = {abs(value or 0.0):g}"


def _shown(found: Judgement, number: float | None) -> str:
    """A number of a criterion in the unit that it is told in."""
    if number is not None and found.unit:
        return f"{numbers.decimal(number)} {found.unit}"
    return (numbers.difference if found.over is not None else numbers.score)(found.metric, number)
