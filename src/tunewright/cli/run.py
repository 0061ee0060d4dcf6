"""`tunewright run`: one experiment, or a sweep of them, through DVC's queue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tunewright.cli.search import fixed_words
from tunewright.errors import UsageError
from tunewright.experiments.dvc_queue import Queue
from tunewright.progress import say
from tunewright.sweeps.arrange import Arranged, arrange, share_first_stages
from tunewright.sweeps.grammar import expand, sweeps
from tunewright.sweeps.points import Points, compose_points
from tunewright.sweeps.preflight import check_experiments_work, check_nothing_is_left_behind
from tunewright.sweeps.submission import Submitted, submit
from tunewright.sweeps.watch import Outcome, Watch
from tunewright.sweeps.workers import check_jobs, start_workers, threads_for


def run(root: Path, typed: Sequence[str], *, multirun: bool, queue_only: bool, jobs: int, prefix: str) -> int:
    """Check all points, queue those that are not computed, follow them until all have ended.

    Args:
        root: the project's folder.
        typed: assignments in Hydra's grammar.
        multirun: an assignment may stand for several values.
        queue_only: stop when they are queued.
        jobs: experiments at once.
        prefix: stands before the experiments' names.

    Returns:
        The exit code: 1 if a point could not be computed.

    Raises:
        UsageError: what was typed, or the project as it is, cannot be run.
        TunewrightError: DVC refuses.
    """
    typed = fixed_words(root, typed)
    refuse_sweep_without_multirun(typed, multirun=multirun)
    check_experiments_work(root)
    points = compose_points(root, expand(root, typed))
    for note in (*points.dropped, *points.repeated):
        say(note)
    check_nothing_is_left_behind(root)
    hardware = [point.settings.hardware for point in points.distinct]
    if not queue_only:
        check_jobs(jobs, hardware)

    queue = Queue(root)
    arranged = arrange(root, queue, points.distinct, prefix)
    experiments = _queued(root, arranged)
    if queue_only:
        say(f"{len(experiments)} in the queue; next: dvc queue start -j {jobs}, or the same without --queue")
        return 0
    watch = Watch(
        queue,
        experiments,
        start=partial(start_workers, root, threads=threads_for(jobs, hardware)),
        jobs=jobs,
        first_alone=jobs > 1 and share_first_stages(root, [point.settings for point in points.distinct]),
    )
    return _summary(points, arranged, watch.until_ended())


def refuse_sweep_without_multirun(typed: Sequence[str], *, multirun: bool) -> None:
    """Several values are a sweep only if that was asked for: a comma may just be part of a text.

    Raises:
        UsageError: one of the words stands for several values.
    """
    several = [] if multirun else sweeps(typed)
    if several:
        key, _, value = several[0].partition("=")
        raise UsageError(
            "stands for several values, which is a sweep",
            where=several[0],
            fix=f"tunewright run -m ... or --sampler optuna ...; or, if it is one text: \"{key}='{value}'\"",
        )


def _queued(root: Path, arranged: Arranged) -> list[Submitted]:
    """Queue what is new; returns all that is to be followed."""
    for name in arranged.finished:
        say(f"{name}: computed already")
    for waiting in arranged.waiting:
        say(f"{waiting.name}: in the queue already")
    experiments = list(arranged.waiting)
    for submitted in submit(root, [(name, point.params) for name, point in arranged.new]):
        say(f"{submitted.name}: queued{' again' * (submitted.name in arranged.again)}")
        experiments.append(submitted)
    return experiments


def _summary(points: Points, arranged: Arranged, outcomes: Sequence[Outcome]) -> int:
    count = Counter(outcome.how for outcome in outcomes)
    parts = [f"{count['done']} computed"]
    parts += [f"{len(arranged.finished)} computed before"] if arranged.finished else []
    parts += [f"{count[how]} {how}" for how in ("failed", "lost", "removed") if count[how]]
    total = len(points.distinct)
    say(f"{total} experiment{'s' * (total > 1)}: {', '.join(parts)}; next: tunewright experiments")
    bad = [outcome.name for outcome in outcomes if outcome.how != "done"]
    if bad:
        say(f"the same command runs again what has not been computed: {', '.join(bad)}")
    return 1 if bad else 0
