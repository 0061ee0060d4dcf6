"""A search's memory: Optuna's study in a SQLite file of the project, so that a killed search goes on.

Each draw is seeded by the search's seed and the trial's number, not by a generator that runs on: what is
drawn depends on the trials told before, and not on how often the search was stopped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tunewright.config.schema.experiment import Sampler
from tunewright.errors import TunewrightError, UsageError
from tunewright.scratch import FOLDER
from tunewright.sweeps.grammar import Interval
from tunewright.sweeps.space import Choice, Space, is_whole

if TYPE_CHECKING:
    import optuna

STUDIES = FOLDER / "studies"
EXPERIMENT = "experiment"
DECLARED = "declared"
MOST_KEYS = 3
INSTALL = "pip install 'tunewright[search]'"
Goal = tuple[str, Literal["minimize", "maximize"]]


@dataclass(frozen=True)
class Trial:
    """A point that was drawn.

    Attributes:
        number: from 0.
        values: by key.
        experiment: DVC's name of it; empty before it has one.
        results: values of the objectives; empty unless it is completed.
    """

    number: int
    values: Mapping[str, Any]
    experiment: str
    results: tuple[float, ...] = ()


def study_file(root: Path, name: str) -> Path:
    """Where the study of that name lies."""
    return root / STUDIES / f"{name}.db"


def require_optuna() -> None:
    """Make sure that Optuna is installed.

    Raises:
        UsageError: it is not; says what to type.
    """
    try:
        import optuna  # noqa: F401
    except ImportError as error:
        raise UsageError("Optuna is not installed", where="--sampler optuna", fix=INSTALL) from error


@contextmanager
def held(root: Path, name: str) -> Iterator[None]:
    """Have a study for this process alone.

    Raises:
        TunewrightError: another search is at it.
    """
    from filelock import FileLock, Timeout

    lock = study_file(root, name).with_suffix(".lock")
    lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(lock, timeout=0):
            yield
    except Timeout as error:
        raise TunewrightError(
            f"another `tunewright run` is at the search {name!r}",
            where=str(lock.relative_to(root)),
            fix="wait for it",
        ) from error


class Study:
    """Optuna's study of one search.

    Args:
        root: the project's folder.
        name: of the study, in which letters of a file's name stand alone.
        space: to draw from.
        goals: metric and direction of each objective.
        sampler: how.
        declared: what must be the same when the search goes on: part -> plain value.
    """

    def __init__(
        self,
        root: Path,
        name: str,
        *,
        space: Space,
        goals: Sequence[Goal],
        sampler: Sampler,
        declared: Mapping[str, Any],
    ) -> None:
        """Open the study, or begin it.

        Raises:
            UsageError: it is the study of another search; nothing is changed.
        """
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.path = study_file(root, name)
        self.space = space
        self._signs = [1.0 if direction == "minimize" else -1.0 for _, direction in goals]
        self._sampler = sampler
        declared = json.loads(json.dumps(declared))
        storage = optuna.storages.RDBStorage(f"sqlite:///{self.path.resolve()}")
        there = optuna.get_all_study_names(storage)
        known = (
            optuna.load_study(study_name=name, storage=storage).user_attrs.get(DECLARED) if there else None
        )
        if known is not None and known != declared:
            raise _another(name, self.path.relative_to(root), known, declared)
        self._study = optuna.create_study(
            storage=storage,
            study_name=name,
            directions=[direction for _, direction in goals],
            load_if_exists=True,
        )
        self._study.set_user_attr(DECLARED, declared)

    def running(self) -> list[Trial]:
        """Trials that were drawn and not told, as a search that was stopped leaves them."""
        import optuna

        left = self._study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.RUNNING,))
        return [self._drawn(self._attached(one), one.user_attrs.get(EXPERIMENT, "")) for one in left]

    def draw(self) -> Trial:
        """Draw the next point."""
        self._seed(len(self._study.get_trials(deepcopy=False)))
        return self._drawn(self._study.ask(), "")

    def name(self, trial: Trial, experiment: str) -> None:
        """Note which experiment computes a trial, before it is queued."""
        self._of(trial).set_user_attr(EXPERIMENT, experiment)

    def complete(self, trial: Trial, results: Sequence[float], losses: Sequence[float]) -> None:
        """Tell the values of the objectives, and the validation losses pass by pass."""
        self._report(trial, losses)
        self._study.tell(trial.number, list(results))

    def prune(self, trial: Trial, losses: Sequence[float]) -> None:
        """Tell that a trial was given up after these validation losses."""
        import optuna

        self._report(trial, losses)
        self._study.tell(trial.number, state=optuna.trial.TrialState.PRUNED)

    def fail(self, trial: Trial) -> None:
        """Tell that a trial could not be computed."""
        import optuna

        self._study.tell(trial.number, state=optuna.trial.TrialState.FAIL)

    def settled(self) -> int:
        """How many trials are completed or were given up."""
        import optuna

        states = (optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.PRUNED)
        return len(self._study.get_trials(deepcopy=False, states=states))

    def losses(self) -> list[list[float]]:
        """The validation losses of each completed trial, pass by pass."""
        import optuna

        done = self._study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))
        return [
            [self._signs[0] * one.intermediate_values[at] for at in sorted(one.intermediate_values)]
            for one in done
        ]

    def best(self) -> list[Trial]:
        """The best completed trial; with several objectives those that none beats in all."""
        found: dict[str, Trial] = {}
        for one in self._study.best_trials:
            name = one.user_attrs.get(EXPERIMENT, "")
            found.setdefault(name, Trial(one.number, one.params, name, tuple(one.values)))
        return list(found.values())

    def _report(self, trial: Trial, losses: Sequence[float]) -> None:
        """Losses for Optuna, which knows one direction: that of the objective. Of several it takes none."""
        if len(self._signs) > 1:
            return
        attached = self._of(trial)
        there = self._study.get_trials(deepcopy=False)[trial.number].intermediate_values
        for at, loss in enumerate(losses, start=1):
            if at not in there:
                attached.report(self._signs[0] * loss, at)

    def _of(self, trial: Trial) -> optuna.Trial:
        return self._attached(self._study.get_trials(deepcopy=False)[trial.number])

    def _attached(self, frozen: optuna.trial.FrozenTrial) -> optuna.Trial:
        import optuna

        self._seed(frozen.number)
        return optuna.Trial(self._study, frozen._trial_id)  # Optuna has no other way back to a trial

    def _seed(self, number: int) -> None:
        """Have the sampler draw as this trial does, in whatever process."""
        import numpy
        import optuna

        seed = int(numpy.random.SeedSequence([self._sampler.seed, number]).generate_state(1)[0])
        self._study.sampler = optuna.samplers.TPESampler(
            seed=seed,
            n_startup_trials=self._sampler.startup_trials,
            multivariate=len(self._signs)
            == 1,  # Optuna's own choice, without its remark on several objectives
        )

    def _drawn(self, trial: optuna.Trial, experiment: str) -> Trial:
        """All values of a trial: what is stored, and what a kill left undrawn."""
        values = {one.key: _suggested(trial, one) for one in self.space.dimensions}
        return Trial(trial.number, values, experiment)


def _suggested(trial: optuna.Trial, one: Choice | Interval) -> Any:  # noqa: ANN401 - a setting's value
    if isinstance(one, Interval):
        if is_whole(one.key):
            return trial.suggest_int(one.key, int(one.low), int(one.high), log=one.log)
        return trial.suggest_float(one.key, one.low, one.high, log=one.log)
    words = [value if isinstance(value, _STORED) else json.dumps(value) for value in one.values]
    return one.values[words.index(trial.suggest_categorical(one.key, words))]


_STORED = bool | int | float | str | None


def _another(name: str, path: Path, known: Mapping[str, Any], declared: Mapping[str, Any]) -> UsageError:
    """The message of a study that was begun for another search, with the keys that differ."""
    part = next(part for part in declared if known.get(part) != declared[part])
    there, here = known.get(part), declared[part]
    keys = []
    if isinstance(there, dict) and isinstance(here, dict):
        keys = [key for key in {**there, **here} if there.get(key) != here.get(key)]
    shown = f" ({', '.join(keys[:MOST_KEYS])}{', ...' * (len(keys) > MOST_KEYS)})" if keys else ""
    return UsageError(
        f"the search {name!r} was begun with different {part}{shown}",
        where=path.as_posix(),
        fix=f"--name OTHER begins a search beside it; rm {path.as_posix()} forgets it (its experiments stay)",
    )
