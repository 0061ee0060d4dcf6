"""`read_inputs`: gather what the stages before wrote, score it on the same rows and judge it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tunewright import artifacts
from tunewright.config.schema.data import Data
from tunewright.config.schema.evaluation import Evaluation
from tunewright.config.schema.hardware import Hardware
from tunewright.config.schema.method import Method
from tunewright.config.schema.model import Model
from tunewright.config.schema.settings import Choices, Project
from tunewright.config.schema.task import Contestant as Prompted
from tunewright.config.schema.task import Task, TaskKind
from tunewright.config.suite_metrics import PREFIX
from tunewright.data.card import read_card
from tunewright.endpoints.use import read_use
from tunewright.evaluation.compare import check_same_rows, compared, prompting_suffices
from tunewright.evaluation.details import DETAILS, read_details
from tunewright.evaluation.evidence import Evidence, measured_once, slices_named, with_further
from tunewright.evaluation.judging.results import judge_scores, read_judged
from tunewright.evaluation.judging.use import JudgeUse, read_judge_use
from tunewright.evaluation.judging.whole import judged_whole
from tunewright.evaluation.metrics import Score, custom_metrics, scores
from tunewright.evaluation.paired import Paired
from tunewright.evaluation.people.record import read_comparisons
from tunewright.evaluation.people.standing import standings
from tunewright.evaluation.predictions import (
    PREDICTIONS,
    Contestant,
    Prediction,
    of_contestant,
    read_predictions,
)
from tunewright.evaluation.results import read_results
from tunewright.evaluation.slice_differences import slice_differences
from tunewright.evaluation.slices import slices_of
from tunewright.evaluation.suites.judge import compare_suites, suite_scores
from tunewright.evaluation.suites.limits import limit_judgements
from tunewright.evaluation.suites.results import read_scores
from tunewright.evaluation.verdict import judge
from tunewright.extensions import load_extensions
from tunewright.models.record import read_record
from tunewright.reporting.inputs import ReportInputs
from tunewright.reporting.loss_curve import read_losses
from tunewright.reporting.names import TUNED
from tunewright.tracking.source import source_of

TIMED_STAGES = ("baseline", "base_suites", "train", "evaluate", "tuned_suites")
SUITES = ("base_suites", "tuned_suites")
ROW_METRIC: Mapping[TaskKind, str] = {
    "extraction": "exact_match",
    "classification": "accuracy",
    "generation": "chrf",
    "chat": "chrf",
}
"""What says how good a single answer is."""
ROW_GRADE: Mapping[TaskKind, str] = {**ROW_METRIC, "extraction": "field_accuracy"}
"""What tells bad answers from worse ones."""


def read_inputs(
    root: Path,
    *,
    project: Project,
    seed: int,
    choices: Choices,
    version: str,
    task: Task,
    data: Data,
    model: Model,
    method: Method,
    hardware: Hardware,
    evaluation: Evaluation,
) -> ReportInputs:
    """Read the artifacts of a project and judge the tuned model.

    Raises:
        TunewrightError: an artifact is missing or damaged, or the contestants answered other rows.
    """
    asked = evaluation.reference.enabled
    predictions = _predictions(root, with_reference=asked)
    score = _scorer(root, task)
    scored = {who: score(rows) for who, rows in predictions.items()}
    train = artifacts.read_json(root / artifacts.METRICS / "train.json")
    judge_use = read_judge_use(root / artifacts.TIMINGS / "judge.json")
    timings = _timings(root, judge_use)
    statistics, limits = evaluation.statistics, evaluation.suites.limits
    base_items = read_scores(root / artifacts.BASE_SUITES)
    tuned_items = read_scores(root / artifacts.TUNED_SUITES)
    suites = compare_suites(base_items, tuned_items, limits, statistics)
    judged, comparisons = read_judged(root / artifacts.JUDGE), read_comparisons(root)
    suite_scored = {"zero_shot": suite_scores(base_items), TUNED: suite_scores(tuned_items)}
    evidence = Evidence(
        with_further(with_further(scored, suite_scored, prefix=PREFIX), judge_scores(judged)),
        slices_named(task.acceptance, predictions, score),
        measured_once(timings, train, len(predictions[TUNED]), hardware.price_per_hour),
    )
    # Where both prompts are equally good, the first stands for them: with examples.
    prompted: dict[Prompted, dict[str, Score]] = {
        "few_shot": scored["few_shot"],
        "zero_shot": scored["zero_shot"],
    }
    pairs: dict[Contestant, dict[str, Paired]] = {
        "few_shot": compared(scored[TUNED], scored["few_shot"], statistics),
        "zero_shot": compared(scored[TUNED], scored["zero_shot"], statistics),
    }
    if asked:
        pairs["reference"] = compared(scored[TUNED], scored["reference"], statistics)
    headline = task.metrics[0]
    rival = max(prompted, key=lambda who: prompted[who][headline].value())
    return ReportInputs(
        project=project,
        seed=seed,
        choices=choices,
        version=version,
        task=task,
        data=data,
        model=model,
        method=method,
        hardware=hardware,
        evaluation=evaluation,
        base_model=read_record(root / artifacts.BASE_MODEL),
        card=read_card(root / artifacts.DATA_CARD),
        scores={
            **read_results(root / artifacts.METRICS / "baseline.json"),
            **read_results(root / artifacts.METRICS / "evaluation.json"),
            **(read_results(root / artifacts.METRICS / "reference.json") if asked else {}),
        },
        paired={
            name: {who: pair[name] for who, pair in pairs.items() if name in pair} for name in scored[TUNED]
        },
        details={
            **read_details(root / artifacts.BASELINE / DETAILS),
            **read_details(root / artifacts.EVALUATION / DETAILS),
            **(read_details(root / artifacts.REFERENCE / DETAILS) if asked else {}),
        },
        slices=slice_differences(
            scored[TUNED][headline],
            prompted[rival][headline],
            slices_of(predictions[TUNED], evaluation.slices, task.output),
            statistics,
            evaluation.slices.min_rows,
        ),
        row_scores={
            who: _by_row(predictions[who], scored[who][ROW_METRIC[task.kind]]) for who in predictions
        },
        row_grades=_by_row(predictions[TUNED], scored[TUNED][ROW_GRADE[task.kind]]),
        predictions=predictions,
        verdict=judge(task.acceptance, evidence, statistics, limit_judgements(suites, limits, statistics)),
        prompting=prompting_suffices(
            scored[TUNED], prompted, kind=task.kind, metrics=task.metrics, statistics=statistics
        ),
        train=train,
        losses=read_losses(root / artifacts.LOSS_CSV),
        timings=timings,
        hashes=_hashes(root),
        suites=suites,
        judged=judged_whole(
            judged,
            judge_use.at_prices_of(evaluation.judge.endpoint),
            statistics,
            predictions,
            comparisons,
            task.kind,
        ),
        people=standings(comparisons, statistics, predictions, task.kind),
        reference=read_use(root / artifacts.TIMINGS / "reference.json").at_prices_of(
            evaluation.reference.endpoint
        )
        if asked
        else None,
        against_reference=prompting_suffices(
            scored[TUNED],
            {"reference": scored["reference"]},
            kind=task.kind,
            metrics=task.metrics,
            statistics=statistics,
        )
        if asked
        else None,
        source=source_of(root),
    )


def _predictions(root: Path, *, with_reference: bool) -> dict[Contestant, Sequence[Prediction]]:
    """The answers of all contestants to the same rows, in the same order."""
    base = read_predictions(root / artifacts.BASELINE / PREDICTIONS)
    tuned = read_predictions(root / artifacts.EVALUATION / PREDICTIONS)
    found: dict[Contestant, Sequence[Prediction]] = {
        "zero_shot": of_contestant(base, "zero_shot"),
        "few_shot": of_contestant(base, "few_shot"),
        TUNED: of_contestant(tuned, "tuned"),
    }
    if with_reference:
        answers = read_predictions(root / artifacts.REFERENCE / PREDICTIONS)
        found["reference"] = of_contestant(answers, "reference")
    for rows in found.values():
        check_same_rows(found[TUNED], rows)
    return found


def _scorer(root: Path, task: Task) -> Callable[[Sequence[Prediction]], dict[str, Score]]:
    """What scores the answers of one contestant, by the metrics of the task and of its criteria."""
    names = (*task.metrics, *(criterion.metric for criterion in task.acceptance))
    custom = custom_metrics(names, load_extensions(root))
    return partial(scores, kind=task.kind, output=task.output, custom=custom)


def _by_row(rows: Sequence[Prediction], score: Score) -> dict[str, float]:
    return dict(zip((row.id for row in rows), score.rows.tolist(), strict=True))


def _timings(root: Path, judge_use: JudgeUse) -> dict[str, Mapping[str, Any]]:
    """What each stage took here; what is off, and a judge behind a server, took nothing and is left out."""
    found = {stage: artifacts.read_json(root / artifacts.TIMINGS / f"{stage}.json") for stage in TIMED_STAGES}
    if judge_use.computed is not None:
        found["judge"] = judge_use.computed.as_dict()
    return {stage: timing for stage, timing in found.items() if stage not in SUITES or timing["seconds"] > 0}


def _hashes(root: Path) -> dict[str, str]:
    adapter = [path for path in sorted((root / artifacts.ADAPTER).rglob("*")) if path.is_file()]
    data = [root / path for path in (artifacts.TRAIN_ROWS, artifacts.VALIDATION_ROWS, artifacts.TEST_ROWS)]
    return {path.relative_to(root).as_posix(): artifacts.sha256_file(path) for path in (*adapter, *data)}
