"""`tunewright run --sampler optuna`: from what was typed to a search, and what to type after it."""

from __future__ import annotations

import json
import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tunewright.config.experiment_file import read_experiment
from tunewright.config.schema import EXPERIMENT, Experiment, Settings
from tunewright.config.schema.experiment import Objective
from tunewright.errors import UsageError, unknown_name
from tunewright.experiments.ranking import LESS_IS_BETTER
from tunewright.progress import say
from tunewright.reporting.numbers import is_share
from tunewright.sweeps.naming import safe
from tunewright.sweeps.preflight import check_experiments_work, check_nothing_is_left_behind
from tunewright.sweeps.search import Run, Search, declared
from tunewright.sweeps.space import Word, check_ends, lopsided, space_of
from tunewright.sweeps.study import Goal, Study, held, require_optuna, study_file
from tunewright.sweeps.workers import check_jobs

SAMPLERS = ("optuna",)


@dataclass(frozen=True)
class Typed:
    """What was typed.

    Attributes:
        words: assignments, and `experiment=NAME`.
        trials: how many; null takes the experiment's number.
        objectives: metrics; none takes the experiment's objectives.
        jobs: trials at once.
        name: of the search; empty takes the experiment's name, or one made of the keys.
    """

    words: tuple[str, ...]
    trials: int | None
    objectives: tuple[str, ...]
    jobs: int
    name: str


def search(root: Path, sampler: str, typed: Typed) -> int:
    """Search, or go on with a search that was stopped.

    Args:
        root: the project's folder.
        sampler: optuna.
        typed: what was typed.

    Returns:
        The exit code: 1 if a trial could not be computed.

    Raises:
        ConfigError: the experiment's file does not hold.
        UsageError: what was typed, or the project as it is, cannot be searched.
        TunewrightError: DVC refuses, or another process is at this search.
    """
    if sampler not in SAMPLERS:
        raise unknown_name("sampler", sampler, SAMPLERS)
    require_optuna()
    check_experiments_work(root)
    overlay, chosen, words = taken_apart(root, typed.words)
    space = space_of(root, words)
    ends = check_ends(root, space)
    for note in (*ends.dropped, *lopsided(space)):
        say(note)
    objectives = tuple(Objective(metric=one) for one in typed.objectives) or overlay.objectives
    pruning = overlay.pruning if len(objectives) == 1 else None
    if overlay.pruning is not None and pruning is None:
        say("several objectives: no trial is given up (pruning needs a single one)")
    check_nothing_is_left_behind(root)
    check_jobs(typed.jobs, [point.settings.hardware for point in ends.distinct])
    found = Search(
        name=safe(typed.name or chosen or ",".join(one.key.rpartition(".")[2] for one in space.dimensions)),
        space=space,
        goals=goals(objectives, ends.distinct[0].settings),
        trials=typed.trials or overlay.trials,
        sampler=overlay.sampler,
        pruning=pruning,
    )
    with held(root, found.name):
        study = Study(
            root,
            found.name,
            space=space,
            goals=found.goals,
            sampler=found.sampler,
            declared=declared(root, found, ends.distinct[0]),
        )
        run = Run(root, found, study, typed.jobs)
        say(f"search {found.name!r}: {found.trials} trials, {run.ended} of them done; "
            f"kept in {study_file(Path(), found.name)}")  # fmt: skip
        run.until_done()
        return _summary(found, study, run)


def taken_apart(root: Path, words: Sequence[str]) -> tuple[Experiment, str, list[Word]]:
    """The experiment that was named, its name, and all words: the file's first, since what is typed wins.

    Raises:
        ConfigError: the file does not hold.
        UsageError: there is no such experiment, or several were named.
    """
    named = [word.partition("=")[2] for word in words if word.startswith(f"{EXPERIMENT}=")]
    own = [Word(word) for word in words if not word.startswith(f"{EXPERIMENT}=")]
    if not named:
        return Experiment(), "", own
    if len(named) > 1 or "," in named[0]:
        raise UsageError("one experiment at a time", where=f"{EXPERIMENT}={','.join(named)}")
    overlay, file = read_experiment(root, named[0])
    of_file = [
        Word(f"{key}={_written(value)}", f"{file}: fixed.{key}") for key, value in overlay.fixed.items()
    ]
    of_file += [Word(f"{key}={text}", f"{file}: search.{key}") for key, text in overlay.search.items()]
    return overlay, named[0], [*of_file, *own]


def goals(objectives: Sequence[Objective], settings: Settings) -> tuple[Goal, ...]:
    """Metric and direction of each objective.

    Raises:
        UsageError: the task has no such metric, one is named twice, or one is best at 1.
    """
    known = [*settings.task.metrics, *LESS_IS_BETTER]
    found: dict[str, Goal] = {}
    for one in objectives:
        if one.metric not in known:
            raise unknown_name("objective", one.metric, known)
        if one.metric in found:
            raise UsageError("is named twice", where=f"--objective {one.metric}")
        if one.direction is None and not is_share(one.metric) and one.metric not in LESS_IS_BETTER:
            raise UsageError(
                "is best at 1, neither high nor low",
                where=f"objective {one.metric}",
                fix="choose another metric",
            )
        natural: Goal = (one.metric, "minimize" if one.metric in LESS_IS_BETTER else "maximize")
        if one.direction is not None and one.metric in LESS_IS_BETTER and one.direction != natural[1]:
            raise UsageError(
                "is better when less", where=f"objective {one.metric}", fix="direction: minimize"
            )
        found[one.metric] = (one.metric, one.direction) if one.direction is not None else natural
    return tuple(found.values())


def fixed_words(root: Path, words: Sequence[str]) -> list[str]:
    """The words of a run without a sampler, with the fixed values of the experiment that was named.

    Raises:
        UsageError: the experiment declares a search.
    """
    overlay, name, found = taken_apart(root, words)
    if overlay.search:
        raise UsageError(
            f"declares a search of {', '.join(overlay.search)}",
            where=f"{EXPERIMENT}={name}",
            fix=f"tunewright run --sampler optuna {EXPERIMENT}={name}",
        )
    return [word.text for word in found]


def _written(value: object) -> str:
    """A value in Hydra's grammar."""
    if isinstance(value, tuple):
        return f"[{','.join(map(_written, value))}]"
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return json.dumps(value)


def _summary(search: Search, study: Study, run: Run) -> int:
    """Say how the trials ended, which is best, and what to type next."""
    count = Counter(run.told)
    parts = [f"{count[how]} {how}" for how in ("computed", "given up", "failed") if count[how]]
    say(f"search {search.name!r}: {run.ended} of {search.trials} trials; now {', '.join(parts) or 'none'}")
    best = study.best()
    if not best:
        say("no trial was computed to the end")
        return 1
    metrics = [metric for metric, _ in search.goals]
    say("best trial:" if len(metrics) == 1 else f"{len(best)} trials that none beats in all objectives:")
    for trial in best:
        results = zip(metrics, trial.results, strict=True)
        say(f"  {trial.experiment}: {', '.join(f'{metric} {value:.4g}' for metric, value in results)}")
    say(f"next: tunewright adopt {shlex.quote(best[0].experiment)}"
        f"; tunewright experiments {' '.join(f'--by {metric}' for metric in metrics)}")  # fmt: skip
    if run.failed:
        say(f"the same command draws others in place of those that failed: {', '.join(run.failed)}")
    return 1 if run.failed else 0
