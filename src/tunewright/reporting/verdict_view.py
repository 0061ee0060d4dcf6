"""The verdict and the criteria as they are shown."""

from __future__ import annotations

from dataclasses import dataclass

from tunewright.evaluation.verdict import Verdict
from tunewright.reporting import numbers
from tunewright.reporting.names import SHORT, metric_name


@dataclass(frozen=True)
class VerdictView:
    """The answer to "should we ship it?"; `status` is accepted, rejected or undeclared."""

    status: str
    title: str
    sentence: str


@dataclass(frozen=True)
class CriterionRow:
    """One criterion with what was found."""

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
        return f"{self.subject}: {self.least}, at {self.confidence} confidence"


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
    named = "; ".join(f"{row.subject} is {row.value} {row.interval}, {row.least} is asked" for row in failed)
    count = f"{len(failed)} of {len(rows)} {fails}" if len(rows) > 1 else "The one criterion fails"
    return VerdictView("rejected", "Not accepted", f"{count}: {named}.")


def criterion_rows(verdict: Verdict) -> tuple[CriterionRow, ...]:
    """The criteria in the task's order."""
    rows = []
    for found in verdict.criteria:
        name, sign = metric_name(found.metric), found.over is not None
        shown = numbers.difference if sign else numbers.score
        subject = f"{name} over {SHORT[found.over]}" if found.over is not None else name
        rows.append(
            CriterionRow(
                subject=subject,
                least=f"at least {shown(found.metric, found.min)}",
                confidence=f"{100 * found.confidence:g} %",
                value=shown(found.metric, found.value),
                interval=numbers.interval(found.metric, found.low, found.high),
                passed=found.passed,
                reason=found.reason,
            )
        )
    return tuple(rows)
