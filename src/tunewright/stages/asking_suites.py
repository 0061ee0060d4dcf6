"""What base_suites and tuned_suites have in common: all but how the model is loaded."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tunewright.artifacts import (
    BASE_MODEL,
    OWN_SUITES,
    TEST_ROWS,
    TIMINGS,
    TRAIN_ROWS,
    write_json,
    write_json_once,
)
from tunewright.config.stage_settings import stage_settings
from tunewright.data.rows import read_rows
from tunewright.devices import held_devices
from tunewright.evaluation.predictions import Contestant
from tunewright.evaluation.suites import safety
from tunewright.evaluation.suites.ask import ask
from tunewright.evaluation.suites.enabled import enabled
from tunewright.evaluation.suites.harness import load_tasks, run_tasks
from tunewright.evaluation.suites.learnt import refuse_learnt
from tunewright.evaluation.suites.question import ItemScore
from tunewright.evaluation.suites.results import write_scores
from tunewright.evaluation.suites.suite import context_of
from tunewright.evaluation.suites.toxicity import load_classifier, toxicity_scores
from tunewright.models.load import Loading, load_tokenizer
from tunewright.models.machine import timing_record
from tunewright.progress import say
from tunewright.scratch import scratch
from tunewright.stages.loading import loading_for_scoring

if TYPE_CHECKING:
    from transformers import PreTrainedModel

TIMING = "timing.json"
DEPENDENCIES = (BASE_MODEL, TRAIN_ROWS, TEST_ROWS, OWN_SUITES)


def ask_suites(
    stage: str,
    root: Path,
    *,
    contestant: Contestant,
    results: Path,
    dependencies: Sequence[Path],
    load: Callable[[Loading], PreTrainedModel],
) -> None:
    """Ask what the enabled suites ask, score it, write; where all are off, load nothing.

    Args:
        stage: its name in dvc.yaml.
        root: the project's folder.
        contestant: who is asked.
        results: folder of the scores, relative to `root`.
        dependencies: files that the replies depend on.
        load: loads the model; called only if there is something to ask.

    Raises:
        EvaluationError: a file of own items cannot be used, an item is a training row too, a prompt is too
            long, or a task of lm-evaluation-harness or a classifier cannot be had or run.
        ModelError: the model cannot be had or loaded.
    """
    given = stage_settings(stage, root)
    settings = given.settings
    suites, harness = enabled(settings.evaluation.suites), settings.evaluation.suites.harness
    if not suites and not harness.enabled:
        say(f"{stage}: all suites are off")
        write_scores(root / results, [])
        write_json(root / TIMINGS / f"{stage}.json", timing_record(0.0, 0).as_dict())
        return
    context = context_of(root, settings, read_rows(root / TRAIN_ROWS), read_rows(root / TEST_ROWS))
    asked = {suite.name: suite.questions(context) for suite in suites}  # mistakes in own files come first
    refuse_learnt(asked, context.train)
    tasks = load_tasks(root, harness) if harness.enabled else []
    toxicity = settings.evaluation.suites.safety.toxicity
    classify = load_classifier(root, toxicity) if safety.SUITE in suites and toxicity.model else None
    loading = loading_for_scoring(settings, root)
    tokenizer = load_tokenizer(loading.folder, trust_remote_code=loading.trust_remote_code)
    with scratch(stage, given.tracked, dependencies) as work, held_devices(loading.device):
        model = load(loading)
        started, tokens = time.perf_counter(), 0
        scores: list[ItemScore] = []
        for suite in suites:
            say(f"{stage}: {suite.name}, {len(asked[suite.name])} questions")
            limit = suite.new_tokens or settings.evaluation.max_new_tokens
            replies, computed = ask(
                model,
                tokenizer,
                suite.name,
                asked[suite.name],
                contestant=contestant,
                evaluation=settings.evaluation.model_copy(update={"max_new_tokens": limit}),
                folder=work,
            )
            tokens += computed
            scores += suite.score(context, asked[suite.name], replies)
            if classify is not None and suite is safety.SUITE:
                scores += toxicity_scores(classify, toxicity, asked[suite.name], replies)
        if tasks:
            size = settings.evaluation.batch_size
            scores += run_tasks(model, tokenizer, tasks, harness, batch_size=size, folder=work)
        write_scores(root / results, scores)
        timing = timing_record(time.perf_counter() - started, tokens)
        # Who takes over finished work tells how long that took, not how long the taking over did.
        write_json(root / TIMINGS / f"{stage}.json", write_json_once(work / TIMING, timing.as_dict()))
