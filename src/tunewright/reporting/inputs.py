"""`ReportInputs`: everything that report and model card are made from, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tunewright.config.schema.data import Data
from tunewright.config.schema.evaluation import Evaluation
from tunewright.config.schema.hardware import Hardware
from tunewright.config.schema.method import Method
from tunewright.config.schema.model import Model
from tunewright.config.schema.settings import Choices, Project
from tunewright.config.schema.task import Task
from tunewright.data.card import DataCard
from tunewright.endpoints.use import EndpointUse
from tunewright.evaluation.compare import Prompting
from tunewright.evaluation.details import Details
from tunewright.evaluation.judging.whole import JudgedWhole
from tunewright.evaluation.paired import Paired
from tunewright.evaluation.people.standing import PageStanding
from tunewright.evaluation.predictions import Contestant, Prediction
from tunewright.evaluation.results import Results
from tunewright.evaluation.slice_differences import SliceDifference
from tunewright.evaluation.suites.judge import SuiteResult
from tunewright.evaluation.verdict import Verdict
from tunewright.models.record import BaseModelRecord
from tunewright.reporting.loss_curve import LossPoint
from tunewright.reporting.names import among
from tunewright.tracking.source import Source


@dataclass(frozen=True)
class ReportInputs:
    """What the report stage read, computed and hands on.

    Attributes:
        version: of tunewright.
        scores: of all contestants; an extraction's fields are metrics named `field.NAME`.
        paired: metric -> contestant -> tuned against that contestant, on the same rows.
        details: contestant -> what stands behind the scores: tables by label, field, violation and slice.
        slices: tuned against the best prompt by slice, in the task's first metric.
        row_scores: contestant -> row id -> how good that answer is, 0 to 1.
        row_grades: row id -> how good the tuned model's answer is, by a finer score where there is one.
        predictions: contestant -> answers.
        train: metrics/train.json.
        timings: stage -> timings/STAGE.json, of the stages that computed here.
        hashes: SHA-256 by path, of the adapter's and the data's files.
        suites: what was found beyond the task; empty if all suites are off.
        judged: what a model as judge said; null if none was asked.
        people: what raters chose between two contestants, page by page; empty if nobody was asked.
        reference: what the reference's answers took; null if it was not asked.
        against_reference: how the tuned model does against it; null likewise.
        source: the commit that all this was made from.
    """

    project: Project
    seed: int
    choices: Choices
    version: str
    task: Task
    data: Data
    model: Model
    method: Method
    hardware: Hardware
    evaluation: Evaluation
    base_model: BaseModelRecord
    card: DataCard
    scores: Results
    paired: Mapping[str, Mapping[Contestant, Paired]]
    details: Mapping[Contestant, Details]
    slices: Sequence[SliceDifference]
    row_scores: Mapping[Contestant, Mapping[str, float]]
    row_grades: Mapping[str, float]
    predictions: Mapping[Contestant, Sequence[Prediction]]
    verdict: Verdict
    prompting: Prompting
    train: Mapping[str, Any]
    losses: Sequence[LossPoint]
    timings: Mapping[str, Mapping[str, Any]]
    hashes: Mapping[str, str]
    suites: Sequence[SuiteResult]
    judged: JudgedWhole | None
    people: Sequence[PageStanding]
    reference: EndpointUse | None
    against_reference: Prompting | None
    source: Source

    @property
    def contestants(self) -> dict[Contestant, str]:
        """Who was scored, by the name that tables show, in the order of all tables."""
        return among(self.scores, self.evaluation.reference.title)
