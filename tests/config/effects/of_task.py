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


WRITTEN = [
    ('{"a": "Ada  Lovelace", "n": ["x", "Y"]}', '{"a": "ada lovelace", "n": ["Y", "x"]}'),
    ('{"a": "ADA", "n": []}', '{"a": "Ada", "n": []}'),
    ('{"a": "31.12.1999", "n": []}', '{"a": "1999-12-31", "n": []}'),
    ('{"a": "1.234,5", "n": []}', '{"a": "1234,50", "n": []}'),
    ('{"a": " b ", "n": ["X"]}', '{"a": "b", "n": ["x"]}'),
]


def compared(settings: Settings, _: Path) -> object:
    """How answers do that say the same in other writing."""
    answers, references = zip(*WRITTEN, strict=True)
    task = settings.task
    found = scores(predictions(answers, references), kind=task.kind, output=task.output, custom={})
    return {name: score.rows.tolist() for name, score in found.items()}


def formatted(settings: Settings, _: Path) -> object:
    """Which of some answers keep the format rules."""
    answers = ["Dear Ada, yes.", '{"yes": 1}', "no", "Dear Ben, no."]
    task = settings.task
    found = scores(predictions(answers, answers), kind=task.kind, output=task.output, custom={})
    return {name: score.rows.tolist() for name, score in found.items() if name.startswith("format.")}


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
TEXTS = {
    **EXTRACTION,
    "task.output.json_schema": {
        "type": "object",
        "properties": {"a": {"type": "string"}, "n": {"type": "array", "items": {"type": "string"}}},
    },
}
RULE = {**TEXTS, "task.output.field_rules": [{"path": "a", "ignore_case": True}]}
LIST_RULE = {**TEXTS, "task.output.field_rules": [{"path": "n[]", "ignore_case": True}]}
BOTH = {"path": "a", "ignore_whitespace": True}
FORMAT_RULE = {"task.output.format_rules": [{"name": "greeted", "contains": ["Dear"]}]}
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
    "task.output.field_rules": Effect(compared, [{"path": "a", "ignore_whitespace": True}], RULE),
    "task.output.field_rules.*.path": Effect(compared, "n[]", RULE),
    "task.output.field_rules.*.ignore_case": Effect(
        compared, False, {**TEXTS, "task.output.field_rules": [{**BOTH, "ignore_case": True}]}
    ),
    "task.output.field_rules.*.ignore_whitespace": Effect(compared, True, RULE),
    "task.output.field_rules.*.date_formats": Effect(compared, ["%Y-%m-%d", "%d.%m.%Y"], RULE),
    "task.output.field_rules.*.decimal_sign": Effect(compared, ",", RULE),
    "task.output.field_rules.*.ignore_order": Effect(compared, True, LIST_RULE),
    "task.output.format_rules": Effect(formatted, [{"name": "short", "lacks": ["Dear"]}], FORMAT_RULE),
    "task.output.format_rules.*.name": Effect(formatted, "polite", FORMAT_RULE),
    "task.output.format_rules.*.regex": Effect(formatted, r"no\.$", FORMAT_RULE),
    "task.output.format_rules.*.json_schema": Effect(formatted, {"type": "object"}, FORMAT_RULE),
    "task.output.format_rules.*.contains": Effect(formatted, ["Ben"], FORMAT_RULE),
    "task.output.format_rules.*.lacks": Effect(formatted, ["Ben"], FORMAT_RULE),
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
