"""report: compare, judge against the acceptance criteria, write report, model card and data card.

A failed criterion is recorded, not raised: the numbers of a model that was not accepted must survive.
`tunewright accept` is what exits non-zero.
"""

from __future__ import annotations

from pathlib import Path

from tunewright import artifacts
from tunewright.config.stage_settings import stage_settings
from tunewright.evaluation.suites.judge import flat_results
from tunewright.evaluation.verdict import write_verdict
from tunewright.progress import say
from tunewright.reporting.comparison import prompting_notes
from tunewright.reporting.data_card.inputs import read_data_card_inputs
from tunewright.reporting.data_card.page import render_data_card_html, render_data_card_markdown
from tunewright.reporting.document import report_json
from tunewright.reporting.model_card import render_model_card
from tunewright.reporting.page import render_report
from tunewright.reporting.read import read_inputs
from tunewright.reporting.report_markdown import render_report_markdown
from tunewright.reporting.summary import summary_table, verdict_table
from tunewright.reporting.whole_experiment import whole_experiment
from tunewright.tracking.run import tracked_run


def run(root: Path) -> None:
    """Write reports/, metrics/acceptance.json and metrics/suites.json, and say what stands in them.

    Raises:
        TunewrightError: an artifact is missing or damaged, or the contestants answered other rows.
    """
    settings = stage_settings("report", root).settings
    inputs = read_inputs(
        root,
        project=settings.project,
        seed=settings.seed,
        choices=settings.choices,
        version=settings.versions.tunewright,
        task=settings.task,
        data=settings.data,
        model=settings.model,
        method=settings.method,
        hardware=settings.hardware,
        evaluation=settings.evaluation,
    )
    artifacts.write_text(root / artifacts.REPORT, render_report(inputs))
    artifacts.write_text(root / artifacts.REPORT_MARKDOWN, render_report_markdown(inputs))
    artifacts.write_json(root / artifacts.REPORT_JSON, report_json(inputs))
    artifacts.write_text(root / artifacts.MODEL_CARD, render_model_card(inputs))
    of_data = read_data_card_inputs(
        root,
        project=inputs.project,
        version=inputs.version,
        task=inputs.task,
        data=inputs.data,
        train=inputs.train,
    )
    artifacts.write_text(root / artifacts.DATA_CARD_PAGE, render_data_card_html(of_data))
    artifacts.write_text(root / artifacts.DATA_CARD_MARKDOWN, render_data_card_markdown(of_data))
    write_verdict(root / artifacts.METRICS / "acceptance.json", inputs.verdict)
    artifacts.write_json(root / artifacts.METRICS / "suites.json", flat_results(inputs.suites))

    say(summary_table(inputs.task.metrics, inputs.scores, inputs.evaluation.reference.title))
    say(verdict_table(inputs.verdict))
    for note in prompting_notes(inputs):
        say(f"{note.title} {note.text}")
    say(f"report: {artifacts.REPORT}")

    with tracked_run(settings.tracking, settings.project, "report", root) as run:
        for record in whole_experiment(root, inputs, settings.tracking):
            run.record(record)
