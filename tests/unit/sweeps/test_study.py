"""A search's memory: draws that do not depend on stops, trials told once, no trials of another search."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tunewright.config.schema.experiment import Sampler
from tunewright.errors import TunewrightError, UsageError
from tunewright.sweeps.grammar import Interval
from tunewright.sweeps.space import Choice, Space
from tunewright.sweeps.study import Goal, Study, Trial, held, require_optuna, study_file

RATE, RANK = "method.learning_rate", "method.lora.r"
SPACE = Space((), (Interval(RATE, 1e-5, 1e-3, log=True), Choice(RANK, (8, [1, 2], "x"))))
LOSS: Goal = ("validation_loss", "minimize")


def opened(
    root: Path, *goals: Goal, seed: int = 0, space: Space = SPACE, startup: int = 2, **declared: Any
) -> Study:
    study_file(root, "s").parent.mkdir(parents=True, exist_ok=True)
    given = {"seed": seed, "settings": {"a": 1, "b": 2}, **declared}
    sampler = Sampler(seed=seed, startup_trials=startup)
    return Study(root, "s", space=space, goals=goals or [LOSS], sampler=sampler, declared=given)


def loss(trial: Trial) -> float:
    return abs(float(trial.values[RATE]) - 1e-4) + (trial.values[RANK] == "x")


def searched(root: Path, trials: int, *, anew: bool, seed: int = 0) -> list[dict[str, Any]]:
    """The draws of a search; opened anew before each trial, or stopped after each draw, if wanted."""
    study = opened(root, seed=seed)
    drawn = []
    for _ in range(trials):
        trial = study.draw()
        if anew:
            study = opened(root, seed=seed)
            (trial,) = study.running()
        drawn.append(dict(trial.values))
        study.complete(trial, [loss(trial)], [loss(trial)])
    return drawn


def test_draws_depend_on_seed_and_trials_not_on_stops(tmp_path: Path) -> None:
    whole = searched(tmp_path / "a", 8, anew=False)
    assert searched(tmp_path / "b", 8, anew=True) == whole
    assert len({trial[RATE] for trial in whole}) == 8, "no two trials draw alike"
    assert searched(tmp_path / "c", 3, anew=False, seed=1) != whole[:3]
    ranks = [trial[RANK] for trial in whole]
    assert all(1e-5 <= trial[RATE] <= 1e-3 for trial in whole)
    assert [1, 2] in ranks, "lists come back as they were"


def test_tpe_takes_over_after_the_startup_trials(tmp_path: Path) -> None:
    """With one good region among many draws, later draws gather there."""
    study = opened(tmp_path, space=Space((), (Interval(RATE, 0.0, 1.0, log=False),)), startup=8)
    drawn = []
    for _ in range(30):
        trial = study.draw()
        drawn.append(trial.values[RATE])
        study.complete(trial, [abs(drawn[-1] - 0.2)], [])
    early, late = (sum(abs(value - 0.2) < 0.1 for value in part) for part in (drawn[:8], drawn[-8:]))
    assert late > early and late >= 5


def test_whole_settings_draw_whole_numbers(tmp_path: Path) -> None:
    study = opened(tmp_path, space=Space((), (Interval(RANK, 4.0, 64.0, log=True),)))
    assert all(type(study.draw().values[RANK]) is int for _ in range(4))


def test_what_is_told_is_kept(tmp_path: Path) -> None:
    study = opened(tmp_path)
    first, second, third, fourth = (study.draw() for _ in range(4))
    study.name(first, "exp-0")
    study.complete(first, [0.5], [0.9, 0.5])
    study.prune(second, [1.9])
    study.fail(third)
    study = opened(tmp_path)
    assert [one.number for one in study.running()] == [fourth.number]
    assert study.settled() == 2
    assert study.losses() == [[0.9, 0.5]]
    assert [(one.experiment, one.results) for one in study.best()] == [("exp-0", (0.5,))]


def test_losses_of_a_search_that_maximizes_keep_their_sign(tmp_path: Path) -> None:
    study = opened(tmp_path, ("field_accuracy", "maximize"))
    trials = [study.draw(), study.draw()]
    study.complete(trials[0], [0.5], [2.0, 1.0])
    study.complete(trials[1], [0.7], [2.5])
    assert study.losses() == [[2.0, 1.0], [2.5]]
    assert [one.results for one in study.best()] == [(0.7,)]


def test_of_several_objectives_the_front_is_best_and_each_experiment_once(tmp_path: Path) -> None:
    study = opened(tmp_path, LOSS, ("train_seconds", "minimize"))
    results = {"cheap": (2.0, 1.0), "good": (1.0, 2.0), "bad": (2.0, 2.0)}
    for name in ("cheap", "good", "bad", "good"):
        trial = study.draw()
        study.name(trial, name)
        study.complete(trial, results[name], [3.0])
    assert {one.experiment for one in study.best()} == {"cheap", "good"}
    assert len(study.best()) == 2


def test_another_search_under_the_name_is_refused(tmp_path: Path) -> None:
    opened(tmp_path)
    with pytest.raises(UsageError) as caught:
        opened(tmp_path, settings={"a": 1, "b": 3})
    assert "different settings (b)" in str(caught.value)
    assert "--name OTHER" in caught.value.fix and "rm .tunewright/studies/s.db" in caught.value.fix
    with pytest.raises(UsageError, match="different seed"):
        opened(tmp_path, seed=4)
    opened(tmp_path)


def test_two_at_one_search(tmp_path: Path) -> None:
    with held(tmp_path, "s"), pytest.raises(TunewrightError, match="another"), held(tmp_path, "s"):
        pass


def test_without_optuna_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(UsageError) as caught:
        require_optuna()
    assert caught.value.fix == "pip install 'tunewright[search]'"
