"""`ReportDocument`: reports/report.json, every number that the report shows, for machines.

Keys stay as they are while `format` does; new ones may come. Texts of rows stay in the HTML: this file is
made to be read by other services, which need none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tunewright.agreement import Agreement
from tunewright.config.metrics import Direction, Unit, metric_of
from tunewright.data.card import DataCard
from tunewright.endpoints.use import EndpointUse
from tunewright.evaluation.compare import Prompting
from tunewright.evaluation.details import Details
from tunewright.evaluation.judging.results import JudgeResults, WithPeople
from tunewright.evaluation.judging.use import JudgeUse
from tunewright.evaluation.judging.whole import JudgedWhole
from tunewright.evaluation.latency import Latency
from tunewright.evaluation.paired import Paired
from tunewright.evaluation.people.standing import PageStanding, Tally
from tunewright.evaluation.predictions import Contestant
from tunewright.evaluation.slice_differences import SliceDifference
from tunewright.evaluation.statistics import Interval
from tunewright.evaluation.suites.judge import SuiteResult
from tunewright.evaluation.verdict import Verdict
from tunewright.models.machine import TimingRecord
from tunewright.models.record import BaseModelRecord
from tunewright.reporting import comparison, effort, facts
from tunewright.reporting.effects import Effect, best_prompted, effects
from tunewright.reporting.effort import Tokens
from tunewright.reporting.examples import example_groups
from tunewright.reporting.facts import Spent
from tunewright.reporting.inputs import ReportInputs
from tunewright.reporting.loss_curve import LossPoint
from tunewright.reporting.names import TUNED
from tunewright.reporting.verdict_view import Status, verdict_view
from tunewright.secret_text import scrub
from tunewright.tracking.source import Source
from tunewright.training.result import TrainingMetrics

FORMAT = 1


@dataclass(frozen=True)
class ComparedMetric:
    """One metric of every contestant.

    Attributes:
        title: in words.
        unit, better: as in [the metrics](metrics.md).
        scores: contestant -> its score.
        against: the base model with its better prompt, in this metric.
        tuned_minus: contestant -> the tuned model compared with it on the same rows.
    """

    title: str
    unit: Unit
    better: Direction
    scores: Mapping[Contestant, Interval]
    against: Contestant
    tuned_minus: Mapping[Contestant, Paired]


@dataclass(frozen=True)
class GroupCounts:
    """One category of a suite's items.

    Attributes:
        items: how many.
        base, tuned: of these, those that went well.
    """

    items: int
    base: int
    tuned: int


@dataclass(frozen=True)
class SuiteNumbers:
    """One metric of the suites beyond the task, without the items' texts.

    Attributes:
        title: in words.
        share: it lies between 0 and 1.
        base, tuned, difference: both models, and tuned minus base on the same items.
        passed: whether the limit is kept; null if there is none.
        reason: what is asked and what was found; empty if there is no limit.
        by_group: category -> its items; empty for what is no share.
    """

    title: str
    share: bool
    base: Interval
    tuned: Interval
    difference: Interval
    passed: bool | None
    reason: str
    by_group: Mapping[str, GroupCounts]


@dataclass(frozen=True)
class JudgeNumbers:
    """What a model as judge said.

    Attributes:
        judge: its name, or its folder.
        against: the contestant that the tuned model was compared with.
        results: win rate, steadiness and scores with their intervals; rows by outcome.
        people: how far each rater agrees with it.
        cost: of all opinions; null if a price is not known, or the judge is local.
        currency: of the cost.
        use: what all opinions took.
    """

    judge: str
    against: Contestant
    results: JudgeResults
    people: Sequence[WithPeople]
    cost: float | None
    currency: str
    use: JudgeUse


@dataclass(frozen=True)
class PeopleNumbers:
    """What raters chose on one page of two contestants' answers.

    Attributes:
        first, second: the contestants; win rates are the first's.
        raters: in the order of their import.
        together: all of them.
        pairs: agreement of any two.
        kappa: Cohen's kappa of two raters, of more the mean over all pairs; null for one.
        unchanged: rows on which both contestants still answer what was judged.
    """

    first: str
    second: str
    raters: Sequence[Tally]
    together: Tally
    pairs: Sequence[Agreement]
    kappa: float | None
    unchanged: int | None


@dataclass(frozen=True)
class ShownRow:
    """A test row that the HTML shows.

    Attributes:
        id: of the row.
        group: why it was chosen: worst, fixed, broken or random.
        tone: what tuning did to it: fixed, broken, wrong or right.
        scores: contestant -> how good its answer is, 0 to 1.
    """

    id: str
    group: str
    tone: str
    scores: Mapping[Contestant, float]


@dataclass(frozen=True)
class ReportDocument:
    """The report for machines.

    Attributes:
        format: of this file; raised when a key goes or changes its meaning.
        tunewright: version that wrote it.
        project: name of the project.
        choices: the option chosen of each group.
        seed: of training.
        confidence: of all intervals but those of criteria, which have their own.
        test_rows: that every contestant answered.
        status: accepted, rejected, or undeclared where the task has no criteria.
        verdict: the criteria, judged.
        prompting: whether prompting alone does as well as tuning.
        warnings: sentences that the report puts first or beside the verdict.
        better, worse: what tuning clearly changed, most important first.
        contestants: who was compared -> the name that tables show.
        metrics: metric -> scores and comparisons; those of the task first, then further ones and fields.
        details: contestant -> tables behind the scores: labels with the confusion matrix, fields,
            violations of the contract, slices.
        slices: tuned against the better prompt in the task's first metric.
        suites: metric -> what was found beyond the task; empty if all suites are off.
        examples: the rows that the HTML shows.
        judged: what a model as judge said; null if none was asked.
        people: what raters chose, page by page; empty if nobody was asked.
        cost: time and money.
        tokens: contestant -> what it read and wrote.
        latency: contestant -> waits of single requests; empty if they were not measured.
        reference: what the reference's answers took; null if it was not asked.
        against_reference: whether the reference does as well as the tuned model; null likewise.
        stages: stage -> what its work cost and where it ran.
        training: as in metrics/train.json.
        losses: the points of plots/loss.csv that are finite numbers.
        funnel: what became of the rows that were read.
        data: as in artifacts/data/card.json, who reviewed it included.
        base_model: as in artifacts/base_model.json.
        hashes: SHA-256 by path, of the adapter's and the data's files.
        versions: package -> version, with the stages where they differ.
        source: the commit that all of this was made from.
        settings: every setting, without secrets.
    """

    format: int
    tunewright: str
    project: str
    choices: Mapping[str, str | None]
    seed: int
    confidence: float
    test_rows: int
    status: Status
    verdict: Verdict
    prompting: Prompting
    warnings: Sequence[str]
    better: Sequence[Effect]
    worse: Sequence[Effect]
    contestants: Mapping[Contestant, str]
    metrics: Mapping[str, ComparedMetric]
    details: Mapping[Contestant, Details]
    slices: Sequence[SliceDifference]
    suites: Mapping[str, SuiteNumbers]
    examples: Sequence[ShownRow]
    judged: JudgeNumbers | None
    people: Sequence[PeopleNumbers]
    cost: Spent
    tokens: Mapping[Contestant, Tokens]
    latency: Mapping[Contestant, Latency]
    reference: EndpointUse | None
    against_reference: Prompting | None
    stages: Mapping[str, TimingRecord]
    training: TrainingMetrics
    losses: Sequence[LossPoint]
    funnel: Mapping[str, int]
    data: DataCard
    base_model: BaseModelRecord
    hashes: Mapping[str, str]
    versions: Mapping[str, str]
    source: Source
    settings: Mapping[str, Any]


def report_json(inputs: ReportInputs) -> dict[str, Any]:
    """The report as plain JSON values, without secrets; the same inputs give the same values."""
    from pydantic import TypeAdapter

    document = report_document(inputs)
    values: dict[str, Any] = scrub(TypeAdapter(ReportDocument).dump_python(document, mode="json"))
    return values


def report_document(inputs: ReportInputs) -> ReportDocument:
    """Gather what the report's pages show."""
    from pydantic import TypeAdapter

    found = effects(inputs)
    stages = TypeAdapter(dict[str, TimingRecord])
    return ReportDocument(
        format=FORMAT,
        tunewright=inputs.version,
        project=inputs.project.name,
        choices=dict(inputs.choices),
        seed=inputs.seed,
        confidence=inputs.evaluation.statistics.confidence,
        test_rows=len(inputs.predictions[TUNED]),
        status=verdict_view(inputs.verdict).status,
        verdict=inputs.verdict,
        prompting=inputs.prompting,
        warnings=[f"{note.title} {note.text}" for note in comparison.notes(inputs)],
        better=[effect for effect in found if effect.better],
        worse=[effect for effect in found if not effect.better],
        contestants=inputs.contestants,
        metrics={metric: _metric(inputs, metric) for metric in comparison.shown_metrics(inputs)},
        details=inputs.details,
        slices=inputs.slices,
        suites={result.metric: _suite(result) for result in inputs.suites},
        examples=_examples(inputs),
        judged=_judged(inputs.judged),
        people=[_people(page) for page in inputs.people],
        cost=facts.spent(inputs),
        tokens={who: effort.tokens_in_all(inputs, who) for who in inputs.contestants},
        latency=effort.latencies(inputs),
        reference=inputs.reference,
        against_reference=inputs.against_reference,
        stages=stages.validate_python(inputs.timings),
        training=TrainingMetrics(**inputs.train),
        losses=facts.finite_losses(inputs),
        funnel=inputs.card.counts(),
        data=inputs.card,
        base_model=inputs.base_model,
        hashes=inputs.hashes,
        versions=dict(facts.versions(inputs)),
        source=inputs.source,
        settings=facts.settings_values(inputs),
    )


def _metric(inputs: ReportInputs, metric: str) -> ComparedMetric:
    known = metric_of(metric)
    return ComparedMetric(
        title=known.title,
        unit=known.unit,
        better=known.better,
        scores={
            who: inputs.scores[who][metric] for who in inputs.contestants if metric in inputs.scores[who]
        },
        against=best_prompted(inputs, metric),
        tuned_minus=inputs.paired[metric],
    )


def _suite(result: SuiteResult) -> SuiteNumbers:
    return SuiteNumbers(
        title=result.title,
        share=result.share,
        base=result.base,
        tuned=result.tuned,
        difference=result.difference,
        passed=result.passed,
        reason=result.reason,
        by_group={group: GroupCounts(*counts) for group, counts in result.by_group.items()},
    )


def _judged(found: JudgedWhole | None) -> JudgeNumbers | None:
    if found is None:
        return None
    judged, use = found.judged, found.use
    return JudgeNumbers(
        judged.judge, judged.against, found.results, found.people, use.cost, use.currency, use
    )


def _people(found: PageStanding) -> PeopleNumbers:
    return PeopleNumbers(
        first=found.page.first,
        second=found.page.second,
        raters=found.raters,
        together=found.together,
        pairs=found.pairs,
        kappa=found.kappa,
        unchanged=found.unchanged,
    )


def _examples(inputs: ReportInputs) -> list[ShownRow]:
    return [
        ShownRow(
            example.id,
            group.name,
            example.tone,
            {who: inputs.row_scores[who][example.id] for who in inputs.contestants},
        )
        for group in example_groups(inputs)
        for example in group.examples
    ]
