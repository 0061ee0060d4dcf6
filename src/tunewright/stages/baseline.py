"""baseline: let the untouched base model answer the test rows, zero-shot and few-shot, and score it."""

from __future__ import annotations

import time
from pathlib import Path

from tunewright.artifacts import (
    BASE_MODEL,
    BASELINE,
    METRICS,
    TEST_ROWS,
    TIMINGS,
    TRAIN_ROWS,
    write_json,
    write_json_once,
)
from tunewright.config.stage_settings import stage_settings
from tunewright.data.canaries import without_canaries
from tunewright.data.rows import Message, read_rows
from tunewright.devices import held_devices
from tunewright.evaluation.details import DETAILS, details_of, write_details
from tunewright.evaluation.engines.opening import base_engine, likelihoods_by
from tunewright.evaluation.few_shot import check_examples_fit, choose_examples, few_shot_prompt
from tunewright.evaluation.generate import generate
from tunewright.evaluation.latency import measure_latency, scoring_record
from tunewright.evaluation.metrics import custom_metrics, measure, scores
from tunewright.evaluation.predictions import PREDICTIONS, Contestant, write_predictions
from tunewright.evaluation.prompt_room import fit_prompts, prompt_room
from tunewright.evaluation.results import flat_values, write_results
from tunewright.extensions import load_extensions
from tunewright.models.load import load_tokenizer
from tunewright.models.machine import timing_record
from tunewright.scratch import scratch
from tunewright.stages.loading import loading_for_scoring
from tunewright.tracking.records import Facts
from tunewright.tracking.run import tracked_run

TIMING = "timing.json"
ANSWERS_DEPEND_ON = (BASE_MODEL, TRAIN_ROWS, TEST_ROWS)  # not on extensions/: a mended metric keeps them


def run(root: Path) -> None:
    """Answer, score, write; a run after a kill goes on where that stopped.

    Raises:
        EvaluationError: a prompt is too long, there are too few examples, the engine cannot be had, or a
            custom metric fails.
        EndpointError: the engine is a server that cannot be asked.
        ModelError: the base model cannot be had or loaded.
    """
    stage = stage_settings("baseline", root)
    settings, evaluation, task = stage.settings, stage.settings.evaluation, stage.settings.task
    custom = custom_metrics(task.metrics, load_extensions(root))
    rows = [row.with_instructions(task.instructions) for row in read_rows(root / TEST_ROWS)]
    rows = rows[: evaluation.max_rows]
    train = [*without_canaries(read_rows(root / TRAIN_ROWS))]
    examples = choose_examples(train, rows, evaluation.few_shot)
    whole: dict[Contestant, list[tuple[Message, ...]]] = {
        "zero_shot": [row.prompt for row in rows],
        "few_shot": [few_shot_prompt(row, own) for row, own in zip(rows, examples, strict=True)],
    }

    loading = loading_for_scoring(settings, root)
    tokenizer = load_tokenizer(loading.folder, trust_remote_code=loading.trust_remote_code)
    room = prompt_room(loading, evaluation)
    if evaluation.too_long == "error":
        check_examples_fit(tokenizer, rows, examples, room, evaluation.few_shot.by)
    fitted = {
        contestant: fit_prompts(tokenizer, rows, asked, room, evaluation)
        for contestant, asked in whole.items()
    }
    prompts = {contestant: found.prompts for contestant, found in fitted.items()}
    with (
        tracked_run(settings.tracking, settings.project, "baseline", root) as tracker,
        scratch("baseline", stage.tracked, ANSWERS_DEPEND_ON) as work,
        held_devices(settings.hardware.device),
    ):
        everything = [prompt for asked in prompts.values() for prompt in asked]
        engine = base_engine(loading, tokenizer, evaluation, everything, work)
        started = time.perf_counter()
        answered = {
            contestant: generate(
                engine, rows, found.prompts, contestant=contestant, folder=work, truncated=found.truncated
            )
            for contestant, found in fitted.items()
        }
        timing = timing_record(
            time.perf_counter() - started, sum(generated.new_tokens for generated in answered.values())
        )
        requests = evaluation.latency.requests
        waits = {
            contestant: measure_latency(
                engine.timed, rows, asked, contestant=contestant, requests=requests, folder=work
            )
            for contestant, asked in prompts.items()
        }
        sizes = {contestant: generated.batch_size for contestant, generated in answered.items()}
        record = scoring_record(timing, engine=engine.name, batch_size=sizes, latency=waits)
        answers = [row.messages[-1] for row in rows]
        predictions = {
            contestant: likelihoods_by(
                engine, generated.predictions, prompts[contestant], answers, task, work
            )
            for contestant, generated in answered.items()
        }
        scored = {
            contestant: scores(own, kind=task.kind, output=task.output, custom=custom)
            for contestant, own in predictions.items()
        }
        results = {contestant: measure(found, evaluation.statistics) for contestant, found in scored.items()}
        write_predictions(
            root / BASELINE / PREDICTIONS,
            [prediction for own in predictions.values() for prediction in own],
        )
        write_details(
            root / BASELINE / DETAILS,
            {
                contestant: details_of(own, scored[contestant], task, evaluation)
                for contestant, own in predictions.items()
            },
        )
        write_results(root / METRICS / "baseline.json", results)
        # Who takes over finished work tells how long that took, not how long the taking over did.
        write_json(root / TIMINGS / "baseline.json", write_json_once(work / TIMING, record.as_dict()))
        tracker.summary(flat_values(results))
        tracker.record(Facts({"timing": {"baseline": record.as_dict()}}))
