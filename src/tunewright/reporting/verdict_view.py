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

    text: str
    value: str
    interval: str
    passed: bool
    reason: str


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
    fails = "criterion fails" if len(failed) == 1 else "criteria fail"
    named = "; ".join(f"{row.text} (is {row.value} {row.interval})" for row in failed)
    return VerdictView("rejected", "Not accepted", f"{len(failed)} of {len(rows)} {fails}: {named}.")


def criterion_rows(verdict: Verdict) -> tuple[CriterionRow, ...]:
    """The criteria in the task's order."""
    rows = []
    for found in verdict.criteria:
        name, sign = metric_name(found.metric), found.over is not None
        shown = numbers.difference if sign else numbers.score
        subject = f"{name} over {SHORT[found.over]}" if found.over is not None else name
        least = shown(found.metric, found.min)
        rows.append(
            CriterionRow(
                text=f"{subject}: at least {least}, at {100 * found.confidence:g} % confidence",
                value=shown(found.metric, found.value),
                interval=numbers.interval(found.metric, found.low, found.high),
                passed=found.passed,
                reason=found.reason,
            )
        )
    return tuple(rows)
