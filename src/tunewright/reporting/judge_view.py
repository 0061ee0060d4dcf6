"""The section "Judged by a model": win rate, scores and how far to trust them, as texts for the template."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright.config.schema.evaluation import Evaluation
from tunewright.evaluation.judging.use import JudgeUse
from tunewright.evaluation.judging.whole import JudgedWhole
from tunewright.evaluation.statistics import Interval
from tunewright.reporting import numbers
from tunewright.reporting.inputs import ReportInputs
from tunewright.reporting.reference_view import UNSTATED

SCORE, AGAINST, DIFFERENCE = "score.", "against.", "difference."


@dataclass(frozen=True)
class DimensionRow:
    """One dimension: the mean score of both, and the difference, with intervals."""

    name: str
    tuned: str
    tuned_interval: str
    against: str
    against_interval: str
    difference: str
    difference_interval: str


@dataclass(frozen=True)
class JudgeView:
    """Who judged, what came of it in sentences, and the scores."""

    judge: str
    against: str
    facts: tuple[str, ...]
    dimensions: tuple[DimensionRow, ...]


def judge_view(inputs: ReportInputs) -> JudgeView | None:
    """The section's texts; None where no judge was asked."""
    whole = inputs.judged
    if whole is None:
        return None
    found = whole.results.intervals
    against = inputs.contestants.get(whole.judged.against, whole.judged.against)
    rows = [
        DimensionRow(
            own,
            *_grade(found[name]),
            *_grade(found[AGAINST + own]),
            *_grade(found[DIFFERENCE + own], plus="+"),
        )
        for name in found
        if name.startswith(SCORE) and (own := name.removeprefix(SCORE))
    ]
    facts = (*_itself(inputs.evaluation, whole), *_facts(whole, against))
    return JudgeView(whole.judged.judge, against, facts, tuple(rows))


def _itself(evaluation: Evaluation, whole: JudgedWhole) -> Iterator[str]:
    judge, reference = evaluation.judge.endpoint, evaluation.reference.endpoint
    same = (judge.base_url, judge.model) == (reference.base_url, reference.model)
    if same and whole.judged.against == "reference" and whole.use.computed is None:
        yield "The judge is the very model that gave the other answers, so it judges its own work."


def _facts(whole: JudgedWhole, against: str) -> Iterator[str]:
    counts, found = whole.results.counts, whole.results.intervals
    rows = sum(counts[name] for name in ("first", "tie", "second", "same", "unreadable"))
    yield (
        f"Of {numbers.count(rows)} rows the tuned model's answer is better on {counts['first']}, "
        f"{against}'s on {counts['second']}, neither on {counts['tie']}."
    )
    if alike := counts["same"]:
        yield f"On {alike} the answers are alike, which counts as a tie."
    if unreadable := counts["unreadable"]:
        yield f"Of {unreadable} an opinion cannot be read, so they do not count."
    if "win_rate" in found:
        yield f"Win rate of the tuned model {_share(found['win_rate'])}, a tie being half a win."
    else:
        yield "No opinion could be read, so there is neither a win rate nor a score."
    if "position_consistent" in found:
        unsteady = counts["position_inconsistent"]
        share = _share(found["position_consistent"])
        taken = f"; on the other {unsteady} it is taken to be undecided" if unsteady else ""
        yield f"In both orders the judge said the same on {share} of rows{taken}."
    for one in whole.people:
        kappa = "not defined" if one.kappa is None else numbers.decimal(round(one.kappa, 3))
        yield f"{one.rater} and the judge: alike on {one.alike} of {one.rows} rows, Cohen's kappa {kappa}."
    if not whole.people:
        yield "No person has judged these answers, so how far this judge can be trusted is not known."
    yield "Opinions took " + opinions_took(whole.use)


def judge_cost(inputs: ReportInputs) -> tuple[str, ...]:
    """A line on what the judge's opinions took; nothing if no judge was asked."""
    if inputs.judged is None:
        return ()
    return (f"Judge {inputs.judged.judged.judge}: {opinions_took(inputs.judged.use)}",)


def opinions_took(use: JudgeUse) -> str:
    """Requests, tokens, money and time of a judge's opinions, as the end of a sentence."""
    if use.answers == 0:
        return "no request, since all answers are alike."
    asked = (
        f"{numbers.count(use.answers)} requests, {numbers.count(use.prompt_tokens)} tokens read, "
        f"{numbers.count(use.completion_tokens)} written"
    )
    if use.computed is not None:
        return f"{asked}; computed here in {numbers.duration(use.seconds)}, which is part of the sum."
    paid = UNSTATED if use.cost is None else numbers.small_money(use.cost, use.currency)
    return f"{asked}; {paid}; {numbers.decimal(use.seconds / use.answers)} s a request, asked one by one."


def _share(found: Interval) -> str:
    return f"{100 * found.value:.1f} % [{100 * found.low:.1f}, {100 * found.high:.1f}]"


def _grade(found: Interval, plus: str = "") -> tuple[str, str]:
    """A mean and its interval; `plus` stands before a mean above zero."""
    three = (found.value, found.low, found.high)
    value, low, high = (f"{one:.2f}".replace("-", numbers.MINUS) for one in three)
    return (plus if found.value > 0 else "") + value, f"[{low}, {high}]"
