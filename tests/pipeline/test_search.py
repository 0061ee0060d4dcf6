"""A search through DVC's queue: killed and gone on with, one trial given up, then two objectives."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import optuna
import pytest

from tests.pipeline.conftest import Project, make_project

pytestmark = pytest.mark.slow

PATIENCE = 300.0
SPACE = """\
# Learning rates of which one can be told to be worse after a pass.
fixed: {method.num_train_epochs: 3}
search: {method.learning_rate: "1e-6, 3e-3"}
trials: 4
sampler: {seed: 1, startup_trials: 2}
pruning: {startup_trials: 1}
"""


def experiments(project: Project) -> dict[str, dict[str, Any]]:
    told = json.loads(project.run("tunewright", "experiments", "--format", "json", "--by", "validation_loss"))
    return {one["name"]: one for one in told["experiments"]}


def trials(project: Project, name: str) -> list[optuna.trial.FrozenTrial]:
    storage = f"sqlite:///{project.folder / '.tunewright' / 'studies' / f'{name}.db'}"
    return optuna.load_study(study_name=name, storage=storage).trials


def kill_while_training(project: Project, *command: str) -> None:
    """kill -9 of tunewright once the first trial trains; DVC's worker goes on."""
    log = project.folder.parent / "search.log"
    with log.open("w") as file:
        running = subprocess.Popen(
            command, cwd=project.folder, env=project.environment, stdout=file, stderr=subprocess.STDOUT
        )
    deadline = time.monotonic() + PATIENCE
    while "stage train" not in log.read_text():
        assert time.monotonic() < deadline and running.poll() is None, log.read_text()
        time.sleep(0.2)
    running.kill()
    running.wait()


def test_a_search(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    project = make_project(tmp_path / "p", tmp_path / "cache")
    (project.folder / "conf" / "experiment").mkdir()
    (project.folder / "conf" / "experiment" / "rates.yaml").write_text(SPACE)
    project.commit("A search")
    search = ["tunewright", "run", "--sampler", "optuna", "experiment=rates"]

    kill_while_training(project, *search)
    assert [one.state.name for one in trials(project, "rates")] == ["RUNNING"]
    said = project.run(*search)
    assert "4 trials, 0 of them done; kept in .tunewright/studies/rates.db" in said
    good, bad = (
        f"rates-{n}-num_train_epochs=3,learning_rate={v}" for n, v in (("000", "3e-3"), ("001", "1e-6"))
    )
    assert f"{bad}: pruned" in said
    assert f"computed already as {good}" in said
    assert f"best trial:\n  {good}: validation_loss" in said
    assert f"next: tunewright adopt {good}" in said

    told = trials(project, "rates")
    assert [one.number for one in told] == [0, 1, 2, 3]
    states = {one.user_attrs["experiment"]: one.state.name for one in told}
    assert states == {good: "COMPLETE", bad: "PRUNED"}
    assert len(told[0].intermediate_values) == 3, "a completed trial's losses, pass by pass"
    pruned = next(one for one in told if one.state.name == "PRUNED")
    assert len(pruned.intermediate_values) == 1, "given up after the first pass"

    shown = experiments(project)
    assert shown[good]["state"] == "done"
    assert (shown[bad]["state"], shown[bad]["validation_loss"], shown[bad]["scores"]) == ("pruned", None, {})
    assert shown[bad]["last_validation_loss"] == pruned.intermediate_values[1]
    assert "exited with 3" in project.run("dvc", "queue", "logs", bad)

    again = project.run(*search)
    assert "4 trials, 4 of them done" in again and "stage" not in again, "nothing is drawn or run"
    assert len(trials(project, "rates")) == 4

    # Without the search the point that was given up is trained to the end: nothing of it was in a cache.
    words = ["method.num_train_epochs=3", "method.learning_rate=1e-6"]
    alone = project.run("tunewright", "run", *words)
    assert "1 experiment: 1 computed" in alone and "training: 21/21" in alone

    front = project.run(
        *("tunewright", "run", "--sampler", "optuna", "--trials", "4", "--jobs", "2", "--name", "front"),
        *("--objective", "validation_loss", "--objective", "train_seconds"),
        *("method.num_train_epochs=3", "method.learning_rate=3e-3,1e-6"),
    )
    assert front.count("computed already as") == 4, "what was computed before is told, not run"
    assert "none beats in all objectives" in front
    assert "tunewright experiments --by validation_loss --by train_seconds" in front
    values = [one.values for one in trials(project, "front")]
    assert len(values) == 4 and all(len(both) == 2 for both in values)

    other = project.run(*search, "method.lora.r=4,8", ok=False)
    assert "the search 'rates' was begun with different values (method.lora.r)" in other
    assert "fix: --name OTHER" in other
