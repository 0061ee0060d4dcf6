"""`task`, `project`, `choices` and `versions`: what is asked, scored, judged and shown."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from unittest.mock import patch

from tests.config.effects.effect import SHARED, Effect
from tests.config.effects.of_data import prepared
from tests.config.effects.of_evaluation import asked
from tests.unit.evaluation.made_up import predictions
from tests.unit.reporting.made_up import read_project, write_project
from tunewright.config.schema import Settings
from tunewright.evaluation.evidence import Evidence, slices_named
from tunewright.evaluation.metrics import scores
from tunewright.evaluation.predictions import Contestant
from tunewright.evaluation.verdict import judge
from tunewright.reporting.inputs import ReportInputs
from tunewright.reporting.model_card import render_model_card
from tunewright.reporting.page import render_report

REFERENCES = ['{"a": 1}', '{"a": 2}'] * 20
ANSWERS: dict[Contestant, list[str]] = {
    "tuned": ['{"a": 1}'] * 40,
    "zero_shot": ["none"] * 40,
    "few_shot": ['{"a": 1}'] * 20 + ['{"b": 2}'] * 20,
}
LABELS = {"task.kind": "classification", "task.output.labels": ["yes", "no"], "task.metrics": ["accuracy"]}
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}}
EXTRACTION = {
    "task.kind": "extraction",
    "task.output.json_schema": SCHEMA,
    "task.metrics": ["schema_valid", "exact_match"],
}
CRITERION = {**EXTRACTION, "task.acceptance": [{"metric": "schema_valid", "min": 0.5}]}


def scored(settings: Settings, _: Path) -> object:
    """Each metric by row, of answers that are labels and answers that are JSON."""
    task = settings.task
    references, answers = (
        (["no", "no"], ["no", "maybe"]) if task.output.labels else (REFERENCES, ANSWERS["tuned"])
    )
    found = scores(predictions(answers, references), kind=task.kind, output=task.output, custom={})
    return {name: score.rows.tolist() for name, score in found.items()}


def judged(settings: Settings, _: Path) -> object:
    """The verdict on made-up answers, without what it repeats of the criteria."""
    task = settings.task
    score = partial(scores, kind=task.kind, output=task.output, custom={})
    answered = {who: predictions(answers, REFERENCES) for who, answers in ANSWERS.items()}
    evidence = Evidence(
        {who: score(rows) for who, rows in answered.items()}, slices_named(task.acceptance, answered, score)
    )
    verdict = judge(task.acceptance, evidence, settings.evaluation.statistics)
    return [(one.passed, one.value, one.low, one.high) for one in verdict.criteria]


@cache
def made_up() -> ReportInputs:
    root = Path(SHARED.name) / "report"
    return read_project(root, write_project(root))


def inputs(settings: Settings) -> ReportInputs:
    """A made-up project's results under these settings, but for how its answers were scored."""
    own = made_up()
    kept = own.task if settings.task.kind != own.task.kind else settings.task
    return replace(
        own,
        project=settings.project,
        seed=settings.seed,
        choices=settings.choices,
        version=settings.versions.tunewright,
        task=settings.task.model_copy(
            update={"kind": kept.kind, "output": own.task.output, "metrics": kept.metrics}
        ),
        hardware=settings.hardware,
    )


def report(settings: Settings, _: Path) -> object:
    """The report without its list of all settings, which would show any change."""
    with patch("tunewright.reporting.facts.settings_text", return_value=""):
        return render_report(inputs(settings))


def model_card(settings: Settings, _: Path) -> object:
    """The model card."""
    return render_model_card(inputs(settings))


PRICE = {
    "hardware.price_per_hour": {"amount": 1.0, "currency": "EUR", "date": "2026-01-15", "source": "list"}
}
EFFECTS = {
    "project.name": Effect(model_card, "Another name"),
    **{
        f"choices.{group}": Effect(report, "another")
        for group in ("task", "data", "model", "method", "hardware", "evaluation", "tracking")
    },
    "versions.tunewright": Effect(report, "9.9"),
    "task.kind": Effect(prepared, "chat"),
    "task.description": Effect(model_card, "Another task."),
    "task.kpi.measure": Effect(report, "Another measure"),
    "task.kpi.target": Effect(report, "Another target"),
    "task.rationale.need": Effect(report, "know"),
    "task.rationale.why": Effect(report, "Another reason."),
    "task.rationale.facts_change": Effect(report, "often"),
    "task.rationale.must_cite": Effect(report, True),
    "task.rationale.examples": Effect(report, 12345),
    "task.rationale.cost_today": Effect(report, "Another cost."),
    "task.instructions": Effect(asked, "Answer in Latin."),
    "task.output.json_schema": Effect(scored, {**SCHEMA, "required": ["b"]}, EXTRACTION),
    "task.output.labels": Effect(scored, ["yes", "no", "maybe"], LABELS),
    "task.metrics": Effect(
        report,
        ["exact_match", "schema_valid"],
        {**EXTRACTION, "task.metrics": ["schema_valid", "exact_match"]},
    ),
    "task.acceptance": Effect(judged, [{"metric": "exact_match", "min": 0.5}], CRITERION),
    "task.acceptance.*.metric": Effect(judged, "exact_match", CRITERION),
    "task.acceptance.*.min": Effect(judged, 0.99, CRITERION),
    "task.acceptance.*.over": Effect(judged, "few_shot", CRITERION),
    "task.acceptance.*.max": Effect(judged, 0.9, CRITERION),
    "task.acceptance.*.slice": Effect(judged, {"reference.a": "1"}, CRITERION),
    "task.acceptance.*.confidence": Effect(judged, 0.6, CRITERION),
    "hardware.price_per_hour": Effect(report, PRICE["hardware.price_per_hour"]),
    "hardware.price_per_hour.amount": Effect(report, 2.0, PRICE),
    "hardware.price_per_hour.currency": Effect(report, "USD", PRICE),
    "hardware.price_per_hour.date": Effect(report, "2026-02-01", PRICE),
    "hardware.price_per_hour.source": Effect(report, "invoice", PRICE),
}
