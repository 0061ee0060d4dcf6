"""A search: draw points, have DVC compute them, tell Optuna what came of it, until the trials are done."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tunewright.config.schema.experiment import Pruning, Sampler
from tunewright.config.schema.hardware import Hardware
from tunewright.doctor.git import git
from tunewright.errors import UsageError
from tunewright.experiments.dvc_queue import Queue
from tunewright.experiments.experiment import Experiment, flat
from tunewright.experiments.ranking import measured
from tunewright.experiments.read import read_computed
from tunewright.progress import say
from tunewright.sweeps.arrange import arrange, share_first_stages
from tunewright.sweeps.points import Point, compose_points
from tunewright.sweeps.record import INPUTS, workspace_tree
from tunewright.sweeps.space import Space
from tunewright.sweeps.study import Goal, Study, Trial
from tunewright.sweeps.submission import Submitted, submit
from tunewright.sweeps.watch import How, Watch
from tunewright.sweeps.workers import start_workers, threads_for
from tunewright.training.pruning import median_limits, read_pruned, remove_limits, write_limits

UNRELATED = ("choices", "project", "tracking", "versions")
"""Settings that change no result that a search could be misled by."""


@dataclass(frozen=True)
class Search:
    """What is searched.

    Attributes:
        name: of the study, and before the names of its experiments.
        space: to draw from.
        goals: metric and direction of each objective.
        trials: how many are to be done with, earlier ones included.
        sampler: how points are drawn.
        pruning: when a trial is given up; null never.
    """

    name: str
    space: Space
    goals: tuple[Goal, ...]
    trials: int
    sampler: Sampler
    pruning: Pruning | None


@dataclass
class _Batch:
    """Trials that are computed at the same time."""

    points: dict[int, Point] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    followed: list[Submitted] = field(default_factory=list)
    how: dict[str, How] = field(default_factory=dict)


def declared(root: Path, search: Search, point: Point) -> dict[str, object]:
    """What must be the same for earlier trials to say something: space, objectives, settings and data.

    Args:
        root: the project's folder.
        search: what is searched.
        point: any, always the same one: of its settings those are kept that no search is misled by.
    """
    settings = flat(point.settings.model_dump(mode="json", exclude=set(UNRELATED)))
    fixed = [str(one) for one in search.space.fixed]
    return {
        "values": {one.key: repr(one) for one in search.space.dimensions} | {"fixed": fixed},
        "objectives": [list(goal) for goal in search.goals],
        "sampler.seed": search.sampler.seed,
        "settings": {key: json.dumps(value, ensure_ascii=False) for key, value in settings.items()},
        "data or code": git(root, "ls-tree", workspace_tree(root), "--", *INPUTS).out,
    }


class Run:
    """One go at a search.

    Args:
        root: the project's folder.
        search: what is searched.
        study: what it remembers.
        jobs: trials at once.

    Attributes:
        failed: names, or points, of the trials that could not be computed.
        told: how the trials of this go ended, in their order.
    """

    def __init__(self, root: Path, search: Search, study: Study, jobs: int) -> None:
        """Take note; nothing happens before `until_done`."""
        self.root = root
        self.search = search
        self.study = study
        self.jobs = jobs
        self.queue = Queue(root)
        self.head = git(root, "rev-parse", "HEAD").out.strip()
        self.ended = study.settled()
        self.failed: list[str] = []
        self.told: list[str] = []

    def until_done(self) -> None:
        """Draw and compute until as many trials as wanted are done with.

        Raises:
            TunewrightError: DVC refuses.
        """
        batch = self.study.running()
        while batch or self.ended < self.search.trials:
            while len(batch) < min(self.jobs, self.search.trials - self.ended):
                batch.append(self.study.draw())
            self._compute(batch)
            self.ended += len(batch)
            batch = []

    def _compute(self, trials: Sequence[Trial]) -> None:
        batch = _Batch()
        for trial in trials:
            self._begin(trial, batch)
        if batch.followed:
            settings = [point.settings for point in batch.points.values()]
            watch = Watch(
                self.queue,
                batch.followed,
                start=self._starter([one.hardware for one in settings]),
                jobs=self.jobs,
                first_alone=self.jobs > 1 and len(settings) > 1 and share_first_stages(self.root, settings),
                ended_before=self.ended,
                total=self.search.trials,
            )
            batch.how |= {outcome.name: outcome.how for outcome in watch.until_ended()}
        computed = read_computed(self.root, list(batch.names.values()), self.head)
        for trial in trials:
            if trial.number in batch.names:
                self._tell(trial, batch.names[trial.number], batch.how, computed)

    def _starter(self, hardware: Sequence[Hardware]) -> Callable[[int], None]:
        return partial(start_workers, self.root, threads=threads_for(self.jobs, hardware))

    def _begin(self, trial: Trial, batch: _Batch) -> None:
        """Have DVC compute a trial, unless that was done, is under way, or makes no sense."""
        if trial.experiment and read_pruned(self.root, trial.experiment) is not None:
            batch.names[trial.number], batch.how[trial.experiment] = trial.experiment, "pruned"
            return
        try:
            point = compose_points(self.root, [self.search.space.point(trial.values)]).distinct[0]
        except UsageError as error:
            say(f"trial {trial.number}: {error}")
            self._fail(trial, f"trial {trial.number}")
            return
        batch.points[trial.number] = point
        arranged = arrange(self.root, self.queue, [point], f"{self.search.name}-{trial.number:03d}")
        if arranged.finished:
            name = arranged.finished[0]
            say(f"trial {trial.number}: computed already as {name}")
            batch.how[name] = "done"
        elif arranged.waiting:
            name = arranged.waiting[0].name
            batch.followed += arranged.waiting
        else:
            name, _ = arranged.new[0]
            write_limits(self.root, name, self._limits())
            self.study.name(trial, name)
            batch.followed += submit(self.root, [(name, point.params)])
        self.study.name(trial, name)
        batch.names[trial.number] = name

    def _limits(self) -> tuple[float | None, ...]:
        given = self.search.pruning
        if given is None:
            return ()
        return median_limits(self.study.losses(), given.startup_trials, given.warmup_passes)

    def _tell(
        self, trial: Trial, name: str, how: Mapping[str, How], computed: Mapping[str, Experiment]
    ) -> None:
        remove_limits(self.root, name)
        given_up = read_pruned(self.root, name) if how.get(name) == "pruned" else None
        if given_up is not None:
            self.study.prune(trial, given_up.losses)
            self.told.append("given up")
            say(f"  {name}: given up after step {given_up.step} at validation loss {given_up.losses[-1]:.4f}")
            return
        done = computed.get(name) if how.get(name) == "done" else None
        results = [measured(done, metric) for metric, _ in self.search.goals] if done else []
        known = [value for value in results if value is not None]
        if done is None or len(known) < len(self.search.goals):
            self._fail(trial, name)
            return
        losses = [point.loss for point in done.losses if point.step > 0]
        self.study.complete(trial, known, losses)
        self.told.append("computed")
        told = ", ".join(
            f"{metric} {value:.4g}" for (metric, _), value in zip(self.search.goals, known, strict=True)
        )
        say(f"  {name}: {told}")

    def _fail(self, trial: Trial, name: str) -> None:
        self.study.fail(trial)
        self.failed.append(name)
        self.told.append("failed")
