"""`render_report`: the report as one HTML text that loads nothing and runs nothing."""

from __future__ import annotations

from typing import Any

from tunewright.reporting import breakdown, comparison, effects_view, examples, facts, numbers
from tunewright.reporting.cost_text import asked_besides, cost
from tunewright.reporting.data_card.personal_data import personal_data_table
from tunewright.reporting.effort import effort_table
from tunewright.reporting.inputs import ReportInputs
from tunewright.reporting.judge_view import judge_view
from tunewright.reporting.loss_curve import loss_chart
from tunewright.reporting.people_view import people_pages
from tunewright.reporting.rationale import decision_facts
from tunewright.reporting.review_facts import review_facts
from tunewright.reporting.suites_view import suite_examples, suite_rows
from tunewright.reporting.templates import render_html
from tunewright.reporting.verdict_view import criterion_rows, verdict_view


def render_report(inputs: ReportInputs) -> str:
    """Render the report; the same inputs give the same text."""
    return render_html("report.html.j2", _context(inputs))


def _context(inputs: ReportInputs) -> dict[str, Any]:
    shown = examples.example_groups(inputs)
    chart = loss_chart(inputs.losses, inputs.train["best_step"])
    return {
        "project": inputs.project,
        "task": inputs.task,
        "base_model": str(inputs.base_model),
        "method": inputs.choices.method,
        "version": inputs.version,
        "verdict": verdict_view(inputs.verdict),
        "criteria": criterion_rows(inputs.verdict),
        "effects": effects_view.effects_view(inputs),
        "effects_at_first": effects_view.AT_FIRST,
        "notes": comparison.notes(inputs),
        "cost": cost(inputs),
        "asked_besides": asked_besides(inputs),
        "decision_facts": decision_facts(inputs.task.rationale),
        "comparison": {
            "blocks": comparison.blocks(inputs),
            "further": comparison.further_blocks(inputs),
            "explanation": comparison.explanation(inputs),
            "effort": effort_table(inputs),
        },
        "confidence": f"{100 * inputs.evaluation.statistics.confidence:g} %",
        "contestant_names": list(inputs.contestants.values()),
        "fields": comparison.fields(inputs),
        "values": breakdown.value_rows(inputs),
        "breaches": breakdown.breaches(inputs),
        "labels": breakdown.label_rows(inputs),
        "confusions": breakdown.confusions(inputs),
        "slices": breakdown.slice_table(inputs),
        "examples": shown,
        "examples_explanation": examples.explanation(inputs, shown),
        "chart": chart,
        "chart_caption": (
            "Loss of the answer's tokens, lower is better. Training measures each batch as it is learnt, "
            "validation all validation rows"
            + ("; the ring marks the kept weights." if chart and chart.best else ".")
        ),
        "training_facts": facts.training_facts(inputs),
        "funnel": facts.funnel(inputs),
        "rejected": [(reason, numbers.count(rows)) for reason, rows in inputs.card.rejected.items()],
        "personal_data": personal_data_table(inputs.card),
        "data_warnings": inputs.card.warnings,
        "review": review_facts(inputs.card.review),
        "sources": inputs.card.sources,
        "answers": facts.answer_rows(inputs),
        "splits": facts.SPLITS,
        "choices": [(group, option) for group, option in inputs.choices if option is not None],
        "settings_text": facts.settings_text(inputs),
        "lineage": facts.lineage(inputs),
        "suites": suite_rows(inputs.suites),
        "suite_examples": suite_examples(inputs.suites),
        "judge": judge_view(inputs),
        "people": people_pages(inputs.people, inputs.contestants),
    }
