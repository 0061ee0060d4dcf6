"""reference: let a larger or today's model behind a server answer the test rows; nothing where it is off."""

from __future__ import annotations

from pathlib import Path

from tunewright.artifacts import METRICS, REFERENCE, TEST_ROWS, TIMINGS, TRAIN_ROWS
from tunewright.config.stage_settings import stage_settings
from tunewright.data.rows import read_rows
from tunewright.endpoints.chat import ChatClient
from tunewright.endpoints.use import EndpointUse, use_of, write_use
from tunewright.evaluation.details import DETAILS, details_of, write_details
from tunewright.evaluation.metrics import custom_metrics, measure, scores
from tunewright.evaluation.predictions import PREDICTIONS, write_predictions
from tunewright.evaluation.reference import predictions_of, requests_for
from tunewright.evaluation.results import Results, flat_values, write_results
from tunewright.extensions import load_extensions
from tunewright.progress import say
from tunewright.scratch import scratch
from tunewright.tracking.run import tracked_run

ENDPOINT = "evaluation.reference.endpoint"
ANSWERS_DEPEND_ON = (TRAIN_ROWS, TEST_ROWS)


def run(root: Path) -> None:
    """Ask, score, write; a run after a kill asks only for what is missing.

    Raises:
        EndpointError: the server cannot be asked, or its answers cannot be used.
        EvaluationError: there are too few examples, or a custom metric fails.
    """
    stage = stage_settings("reference", root)
    settings, evaluation, task = stage.settings, stage.settings.evaluation, stage.settings.task
    reference = evaluation.reference
    if not reference.enabled:
        say("reference: off (evaluation.reference.enabled)")
        write_predictions(root / REFERENCE / PREDICTIONS, [])
        write_details(root / REFERENCE / DETAILS, {})
        write_results(root / METRICS / "reference.json", {})
        write_use(root / TIMINGS / "reference.json", EndpointUse())
        return
    client = ChatClient(reference.endpoint, where=ENDPOINT)
    custom = custom_metrics(task.metrics, load_extensions(root))
    rows = [row.with_instructions(task.instructions) for row in read_rows(root / TEST_ROWS)]
    rows = rows[: evaluation.max_rows]
    requests = requests_for(rows, read_rows(root / TRAIN_ROWS), reference, evaluation.few_shot)
    with (
        tracked_run(settings.tracking, settings.project, "reference", root) as tracker,
        scratch("reference", stage.tracked, ANSWERS_DEPEND_ON),  # whoever asks the same waits for the answers
    ):
        say(f"reference: {len(rows)} test rows are sent to {reference.endpoint.base_url}")
        completions = client.complete(
            requests, max_new_tokens=evaluation.max_new_tokens, title=reference.title
        )
        answers = predictions_of(rows, completions)
        scored = scores(answers, kind=task.kind, output=task.output, custom=custom)
        results: Results = {"reference": measure(scored, evaluation.statistics)}
        write_predictions(root / REFERENCE / PREDICTIONS, answers)
        write_details(
            root / REFERENCE / DETAILS, {"reference": details_of(answers, scored, task, evaluation)}
        )
        write_results(root / METRICS / "reference.json", results)
        write_use(root / TIMINGS / "reference.json", use_of(completions, reference.endpoint))
        tracker.summary(flat_values(results))
