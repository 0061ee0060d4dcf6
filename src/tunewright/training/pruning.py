"""Giving up a trial of a search: limits that the search leaves for a training, and what it leaves in turn.

Both are files in `.tunewright/trials/` of the main checkout, named after the experiment, whose name DVC
tells its stages. So no setting knows of them: fingerprints, caches and results are those of any other run.
The search need not be alive: everything that decides is in the file before the experiment starts.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from tunewright.artifacts import read_json, write_json
from tunewright.errors import PrunedError
from tunewright.scratch import FOLDER, main_checkout
from tunewright.training.history import History, LossPoint

TRIALS = FOLDER / "trials"
Limits = tuple[float | None, ...]
"""By validation pass, the first at index 0: give up if the best loss so far is above; null never."""


@dataclass(frozen=True)
class Pruned:
    """A training that was given up.

    Attributes:
        step: optimizer steps done.
        losses: of its validation passes, in nats per trained token.
        limit: that its best one was above.
    """

    step: int
    losses: tuple[float, ...]
    limit: float


@dataclass(frozen=True)
class Pruning:
    """What a search asks of this training.

    Attributes:
        limits: of its validation passes; none of those behind.
        record: file to say so in.
    """

    limits: Limits = ()
    record: Path = Path()

    def exceeded(self, history: History) -> float | None:
        """The limit that the best loss is above; null if none is, or the training has finished."""
        losses = [point.loss for point in validated(history)]
        limit = self.limits[len(losses) - 1] if 0 < len(losses) <= len(self.limits) else None
        return limit if limit is not None and min(losses) > limit and not history.finished else None

    def check(self, history: History, *, first: bool) -> None:
        """End a training that is to be given up.

        Args:
            history: of the run so far.
            first: this is the process that writes the record.

        Raises:
            PrunedError: it is.
        """
        limit = self.exceeded(history)
        if limit is None:
            return
        passes = validated(history)
        losses = tuple(point.loss for point in passes)
        if first:
            write_json(self.record, asdict(Pruned(passes[-1].step, losses, limit)))
        raise PrunedError(
            f"training was given up after step {passes[-1].step}: its best validation loss {min(losses):.4f} "
            f"is above {limit:.4f}, the median of the search's completed trials at this pass",
            fix="nothing needs mending; `tunewright run` without --sampler trains this point to the end",
        )


NEVER_PRUNED = Pruning()


def validated(history: History) -> list[LossPoint]:
    """The validation passes after the first step."""
    return [point for point in history.of("validation") if point.step > 0]


def median_limits(losses: Sequence[Sequence[float]], startup_trials: int, warmup_passes: int) -> Limits:
    """The limits of the median rule (Golovin et al., Google Vizier, 2017), as Optuna's MedianPruner has it.

    Args:
        losses: of each completed trial, pass by pass.
        startup_trials: with fewer completed, nobody is given up.
        warmup_passes: that have no limit.
    """
    if len(losses) < startup_trials:
        return ()
    longest = max(map(len, losses))
    at_pass = ([one[at] for one in losses if len(one) > at] for at in range(longest))
    return tuple(None if at < warmup_passes else median(found) for at, found in enumerate(at_pass))


def write_limits(root: Path, experiment: str, limits: Limits) -> None:
    """Leave the limits for an experiment that is about to start; an earlier record of that name goes."""
    _record(root, experiment).unlink(missing_ok=True)
    write_json(_limits(root, experiment), limits)


def remove_limits(root: Path, experiment: str) -> None:
    """Take them away once the trial has ended: a later run of that name is no trial."""
    _limits(root, experiment).unlink(missing_ok=True)


def pruning_of_this_experiment() -> Pruning:
    """What a search asks of the experiment that this process belongs to; nothing outside of a search."""
    name = os.environ.get("DVC_EXP_NAME", "")
    path = _limits(main_checkout(), name)
    if not name or not path.is_file():
        return NEVER_PRUNED
    return Pruning(tuple(read_json(path)), _record(main_checkout(), name))


def read_pruned(root: Path, experiment: str) -> Pruned | None:
    """What a training that was given up has left; null if the experiment was not given up."""
    path = _record(root, experiment)
    if not path.is_file():
        return None
    raw = read_json(path)
    return Pruned(raw["step"], tuple(raw["losses"]), raw["limit"])


def _limits(root: Path, experiment: str) -> Path:
    return root / TRIALS / f"{experiment}.limits.json"


def _record(root: Path, experiment: str) -> Path:
    return root / TRIALS / f"{experiment}.pruned.json"
