"""Giving up: the limits are Optuna's median rule, found by the experiment's name; the end says what it is."""

from __future__ import annotations

import random
from pathlib import Path

import optuna
import pytest

from tunewright.errors import PrunedError
from tunewright.training.history import History
from tunewright.training.pruning import (
    NEVER_PRUNED,
    Pruning,
    median_limits,
    pruning_of_this_experiment,
    read_pruned,
    remove_limits,
    write_limits,
)


def history(*losses: float, finished: bool = False) -> History:
    found = History(finished=finished)
    found.add_validation(0, 0.0, 9.0)
    for at, loss in enumerate(losses, start=1):
        found.add_validation(7 * at, float(at), loss)
    return found


@pytest.mark.parametrize("warmup", [0, 2])
def test_limits_decide_as_optuna_s_median_pruner(warmup: int) -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    rng = random.Random(3)
    decisions = []
    for startup in (1, 3, 6):
        study = optuna.create_study(
            pruner=optuna.pruners.MedianPruner(n_startup_trials=startup, n_warmup_steps=warmup + 1)
        )
        done: list[list[float]] = []
        for _ in range(12):
            level = rng.uniform(0, 2)
            losses = [level + rng.uniform(0, 0.5) for _ in range(rng.randint(1, 5))]
            pruning = Pruning(median_limits(done, startup, warmup))
            trial = study.ask()
            for at, loss in enumerate(losses, start=1):
                trial.report(loss, at)
                wanted = bool(trial.should_prune())
                assert (pruning.exceeded(history(*losses[:at])) is not None) is wanted
                decisions.append(wanted)
            study.tell(trial, losses[-1])
            done.append(losses)
    assert any(decisions) and not all(decisions)


def test_a_training_finds_the_limits_by_its_experiment_s_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.delenv("DVC_EXP_NAME", raising=False)
    write_limits(tmp_path, "a,lr=1e-3", (None, 1.5))
    assert pruning_of_this_experiment() == NEVER_PRUNED
    monkeypatch.setenv("DVC_EXP_NAME", "b")
    assert pruning_of_this_experiment() == NEVER_PRUNED
    monkeypatch.setenv("DVC_EXP_NAME", "a,lr=1e-3")
    found = pruning_of_this_experiment()
    assert found.limits == (None, 1.5)

    found.check(history(), first=True)
    found.check(history(2.0), first=True)
    found.check(history(2.0, 1.5), first=True)
    found.check(history(1.0, 2.0), first=True)
    found.check(history(2.0, 1.7, finished=True), first=True)
    found.check(history(2.0, 1.9, 1.8), first=True)
    assert read_pruned(tmp_path, "a,lr=1e-3") is None
    with pytest.raises(PrunedError):
        found.check(history(2.0, 1.7), first=False)
    assert read_pruned(tmp_path, "a,lr=1e-3") is None, "the first device writes"
    with pytest.raises(PrunedError, match=r"after step 14: .* 1.7000 is above 1.5000") as caught:
        found.check(history(2.0, 1.7), first=True)
    assert caught.value.exit_code == 3
    record = read_pruned(tmp_path, "a,lr=1e-3")
    assert record is not None and (record.step, record.losses, record.limit) == (14, (2.0, 1.7), 1.5)

    write_limits(tmp_path, "a,lr=1e-3", ())
    assert read_pruned(tmp_path, "a,lr=1e-3") is None, "a new trial of that name was not given up"
    remove_limits(tmp_path, "a,lr=1e-3")
    assert pruning_of_this_experiment() == NEVER_PRUNED
