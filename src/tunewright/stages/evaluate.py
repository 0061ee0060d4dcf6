"""evaluate: let the tuned model answer the rows of the baseline, asked as the zero-shot base model was."""

from __future__ import annotations

import time
from pathlib import Path

from tunewright.artifacts import (
    ADAPTER,
    BASE_MODEL,
    EVALUATION,
    METRICS,
    TEST_ROWS,
    TIMINGS,
    write_json,
    write_json_once,
)
from tunewright.config.stage_settings import stage_settings
from tunewright.data.rows import read_rows
from tunewright.devices import held_devices
from tunewright.evaluation.details import DETAILS, details_of, write_details
from tunewright.evaluation.engines.opening import likelihoods_by, tuned_engine
from tunewright.evaluation.generate import generate
from tunewright.evaluation.latency import measure_latency, scoring_record
from tunewright.evaluation.metrics import custom_metrics, measure, scores
from tunewright.evaluation.predictions import PREDICTIONS, write_predictions
from tunewright.evaluation.prompt_room import fit_prompts, prompt_room
from tunewright.evaluation.results import Results, flat_values, write_results
from tunewright.extensions import load_extensions
from tunewright.models.load import load_tokenizer
from tunewright.models.machine import timing_record
from tunewright.scratch import scratch
from tunewright.stages.loading import loading_for_scoring
from tunewright.tracking.records import Facts
from tunewright.tracking.run import tracked_run

TIMING = "timing.json"
ANSWERS_DEPEND_ON = (BASE_MODEL, ADAPTER, TEST_ROWS)  # not on extensions/: a mended metric keeps them


def run(root: Path) -> None:
    """Prove that the tuned model is the one that answers; answer, score, write.

    Raises:
        EvaluationError: the tuned model does not differ from the base model, a prompt is too long,
            the engine cannot be had, or a custom metric fails.
        EndpointError: the engine is a server that cannot be asked.
        ModelError: the base or tuned model cannot be had or loaded.
    """
    stage = stage_settings("evaluate", root)
    settings, evaluation, task = stage.settings, stage.settings.evaluation, stage.settings.task
    custom = custom_metrics(task.metrics, load_extensions(root))
    rows = [row.with_instructions(task.instructions) for row in read_rows(root / TEST_ROWS)]
    rows = rows[: evaluation.max_rows]

    loading = loading_for_scoring(settings, root)
    tokenizer = load_tokenizer(loading.folder, trust_remote_code=loading.trust_remote_code)
    room = prompt_room(loading, evaluation)
    fitted = fit_prompts(tokenizer, rows, [row.prompt for row in rows], room, evaluation)
    prompts = fitted.prompts
    with (
        tracked_run(settings.tracking, settings.project, "evaluate", root) as tracker,
        scratch("evaluate", stage.tracked, ANSWERS_DEPEND_ON) as work,
        held_devices(settings.hardware.device),
    ):
        engine = tuned_engine(loading, root / ADAPTER, tokenizer, evaluation, rows, prompts, work)
        started = time.perf_counter()
        generated = generate(
            engine, rows, prompts, contestant="tuned", folder=work, truncated=fitted.truncated
        )
        timing = timing_record(time.perf_counter() - started, generated.new_tokens)
        requests = evaluation.latency.requests
        waits = measure_latency(
            engine.timed, rows, prompts, contestant="tuned", requests=requests, folder=work
        )
        record = scoring_record(
            timing, engine=engine.name, batch_size={"tuned": generated.batch_size}, latency={"tuned": waits}
        )
        right = [row.messages[-1] for row in rows]
        answers = likelihoods_by(engine, generated.predictions, prompts, right, task, work)
        scored = scores(answers, kind=task.kind, output=task.output, custom=custom)
        results: Results = {"tuned": measure(scored, evaluation.statistics)}
        write_predictions(root / EVALUATION / PREDICTIONS, answers)
        details = details_of(answers, scored, task, evaluation)
        write_details(root / EVALUATION / DETAILS, {"tuned": details})
        write_results(root / METRICS / "evaluation.json", results)
        # Who takes over finished work tells how long that took, not how long the taking over did.
        write_json(root / TIMINGS / "evaluate.json", write_json_once(work / TIMING, record.as_dict()))
        tracker.summary(flat_values(results))
        tracker.record(Facts({"timing": {"evaluate": record.as_dict()}}))
