"""judge: have a model compare the tuned model's answers with another contestant's; nothing if it is off."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from tunewright.artifacts import (
    BASELINE,
    EVALUATION,
    JUDGE,
    METRICS,
    OWN_SUITES,
    REFERENCE,
    TEST_ROWS,
    TIMINGS,
    write_json,
    write_json_once,
)
from tunewright.config.judge_metrics import dimensions
from tunewright.config.schema.settings import Settings
from tunewright.config.stage_settings import stage_settings
from tunewright.data.rows import read_rows
from tunewright.devices import held_devices
from tunewright.errors import ModelError
from tunewright.evaluation.judging.askers import LocalJudge, Nobody, ServerJudge
from tunewright.evaluation.judging.pairwise import judge_pairs
from tunewright.evaluation.judging.prompt import Compared
from tunewright.evaluation.judging.results import EXCHANGES, Judged, judge_results, write_judged
from tunewright.evaluation.judging.use import JudgeUse
from tunewright.evaluation.people.answers import answers_of_all, two_of
from tunewright.evaluation.people.pairs import pairs_of
from tunewright.evaluation.predictions import PREDICTIONS
from tunewright.models.folder import check_folder
from tunewright.models.load import load_model, load_tokenizer
from tunewright.progress import say
from tunewright.scratch import scratch

TIMING = "timing.json"
DEPENDENCIES = (
    BASELINE / PREDICTIONS,
    EVALUATION / PREDICTIONS,
    REFERENCE,
    TEST_ROWS,
    OWN_SUITES,  # where a local judge lies
)


def run(root: Path) -> None:
    """Ask, count, write; a run after a kill asks only for what is missing.

    Raises:
        EndpointError: the server cannot be asked, or the budget is used up.
        ModelError: the local model cannot be loaded.
        TunewrightError: answers are missing, or of other rows.
    """
    stage = stage_settings("judge", root)
    settings, judge = stage.settings, stage.settings.evaluation.judge
    metrics, timing = root / METRICS / "judge.json", root / TIMINGS / "judge.json"
    if not judge.enabled:
        say("judge: off (evaluation.judge.enabled)")
        nobody = Judged()
        write_judged(root / JUDGE, metrics, nobody, [], judge_results(nobody, settings.evaluation.statistics))
        write_json(timing, asdict(JudgeUse()))
        return
    pairs = compared_rows(root, settings)
    with scratch("judge", stage.tracked, DEPENDENCIES) as work:
        name = judge.folder or f"{judge.endpoint.model} at {judge.endpoint.base_url}"
        alike = sum(one.first == one.second for one in pairs)
        not_asked = f" ({alike} answered alike, which are not asked)" if alike else ""
        say(f"judge: {len(pairs)} rows{not_asked}, tuned against {judge.against}, by {name}")
        with held_devices(settings.hardware.device if judge.folder else "cpu"):
            ask = _judge(root, settings, work) if alike < len(pairs) else Nobody()
            rows, exchanges = judge_pairs(
                pairs, settings.task, dimensions(settings.task), ask, show_reference=judge.show_reference
            )
        judged = Judged(
            judge=judge.folder or str(judge.endpoint.model),
            against=judge.against,
            rows=tuple(rows),
        )
        results = judge_results(judged, settings.evaluation.statistics)
        write_judged(root / JUDGE, metrics, judged, exchanges, results)
        # Who takes over finished work tells how long that took, not how long the taking over did.
        write_json(timing, write_json_once(work / TIMING, asdict(ask.use)))
    if unreadable := judged.count("unreadable"):
        say(
            f"judge: {unreadable} of {len(rows)} rows have an opinion that cannot be read, and do not count; "
            f"{JUDGE / EXCHANGES} says why (`fault`)"
        )


def compared_rows(root: Path, settings: Settings) -> list[Compared]:
    """The rows that are judged, with both answers as people would read them.

    Raises:
        TunewrightError: answers are missing, or of other rows.
    """
    judge = settings.evaluation.judge
    answers = answers_of_all(root, with_reference=judge.against == "reference")
    rows = {row.id: row for row in read_rows(root / TEST_ROWS)}
    pairs = pairs_of(rows, *two_of(answers, "tuned", judge.against), settings.task.kind)
    return [Compared(pair.row, pair.first, pair.second) for pair in pairs[: judge.max_rows]]


def _judge(root: Path, settings: Settings, work: Path) -> ServerJudge | LocalJudge:
    judge, evaluation = settings.evaluation.judge, settings.evaluation
    if judge.folder is None:
        return ServerJudge(judge.endpoint, judge.max_new_tokens)
    folder = root / judge.folder
    if not folder.is_dir():
        raise ModelError(
            "there is no such folder",
            where=f"evaluation.judge.folder: {judge.folder}",
            fix="put the model there (safetensors, tokenizer, chat template), and dvc add it",
        )
    check_folder(folder, judge.folder)
    tokenizer = load_tokenizer(folder)
    model = load_model(folder, device=settings.hardware.device, precision=evaluation.precision)
    asked = evaluation.model_copy(update={"max_new_tokens": judge.max_new_tokens})
    return LocalJudge(model, tokenizer, asked, work)
