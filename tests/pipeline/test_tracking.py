"""One complete run an experiment: in a temporary copy, after a kill, with stages that DVC had cached."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.conftest import Project, make_project
from tests.unit.tracking.offline_run import OfflineRun, read_offline_run, run_files, together
from tunewright.artifacts import read_json
from tunewright.config.revision import commit_of

pytest.importorskip("wandb")
pytest.importorskip("mlflow")
pytestmark = pytest.mark.slow

PATIENCE = 240.0


@pytest.fixture(scope="module")
def tracked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project that both trackers record, whose pipeline has run once."""
    base = tmp_path_factory.mktemp("tracked")
    (base / "p").mkdir()
    project = make_project(base / "p", base / "cache")
    project.run("tunewright", "set", "tracking=wandb-mlflow")
    project.repro()
    project.commit("Ran")
    yield project


def entries(project: Project) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(project.run("tunewright", "tracked", "--json"))
    return found


def of_wandb(project: Project, run_id: str) -> list[OfflineRun]:
    found = [read_offline_run(path) for path in run_files(project.folder / ".tunewright")]
    return [run for run in found if run.run_id == run_id]


def of_mlflow(project: Project, run_id: str) -> tuple[Any, Any]:
    """The client and the one run."""
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{project.folder}/.tunewright/mlflow/mlflow.db")
    experiments = [experiment.experiment_id for experiment in client.search_experiments()]
    (run,) = client.search_runs(experiments, f"tags.`tunewright.run_id` = '{run_id}'")
    return client, run


def losses(path: Path) -> dict[int, float]:
    """Training loss by step, as plots/loss.csv has it."""
    rows = [line.split(",") for line in path.read_text().splitlines()[1:]]
    return {int(step): float(loss) for step, _, split, loss in rows if split == "train"}


def is_complete(project: Project, run_id: str, results: Path) -> None:
    """Both trackers have the whole experiment, as its results in a folder tell it."""
    scores = read_json(results / "metrics" / "baseline.json") | read_json(
        results / "metrics" / "evaluation.json"
    )
    curve = losses(results / "plots" / "loss.csv")
    adapter = read_lock(results)["train"]["outs"][0]["md5"]
    assert len(curve) > 3

    whole = together(of_wandb(project, run_id))
    client, run = of_mlflow(project, run_id)
    assert run.info.status == "FINISHED"
    for final in (whole.summary, run.data.metrics):
        for who in ("zero_shot", "few_shot", "tuned"):
            for end, part in (("", "value"), ("_low", "low"), ("_high", "high")):
                assert final[f"{who}/finished{end}"] == pytest.approx(scores[who]["finished"][part])
        assert final["best_step"] == read_json(results / "metrics" / "train.json")["best_step"]
    seen = {row["step"]: row["train/loss"] for row in whole.history if "train/loss" in row}
    assert seen == pytest.approx(curve, rel=1e-4)
    steps = [metric.step for metric in client.get_metric_history(run.info.run_id, "train/loss")]
    assert sorted(steps) == sorted(curve), "each step once"
    assert whole.config["dvc"]["artifacts/adapter"] == f"md5:{adapter}"
    assert run.data.tags["artifact.adapter"] == f"artifacts/adapter md5:{adapter}"
    assert whole.artifacts["adapter"]["metadata"]["digest"] == f"md5:{adapter}"
    assert run.data.params["method.learning_rate"] == str(whole.config["method"]["learning_rate"])


def read_lock(folder: Path) -> dict[str, Any]:
    import yaml

    stages: dict[str, Any] = yaml.safe_load((folder / "dvc.lock").read_text())["stages"]
    return stages


def test_all_stages_write_to_one_run(tracked: Project) -> None:
    ((run_id, entry),) = entries(tracked).items()
    for tracker in ("wandb", "mlflow"):
        assert entry["trackers"][tracker]["stages"] == ["baseline", "train", "evaluate", "report"]
    assert len(of_wandb(tracked, run_id)) == 4
    is_complete(tracked, run_id, tracked.folder)
    # The commit that came of it tells the id, too.
    assert list(json.loads(tracked.run("tunewright", "tracked", "HEAD", "--json"))) == [run_id]


def test_an_experiment_in_a_temporary_copy_leaves_its_run_here(tracked: Project, tmp_path: Path) -> None:
    before = set(entries(tracked))
    tracked.run("dvc", "exp", "run", "--temp", "--name", "bold-lynx", "-S", "++set.seed=5")
    ((run_id, entry),) = ((key, value) for key, value in entries(tracked).items() if key not in before)
    assert entry["experiments"] == ["bold-lynx"]
    assert entry["commit"] == tracked.run("git", "rev-parse", "HEAD").strip()
    assert entry["trackers"]["wandb"]["stages"] == ["train", "evaluate", "report"], "baseline was cached"
    assert together(of_wandb(tracked, run_id)).config["dvc_experiment"] == "bold-lynx"

    results = tmp_path / "results"
    results.mkdir()
    commit = commit_of(tracked.folder, "bold-lynx")
    assert commit is not None
    archive = subprocess.run(
        ["git", "archive", commit], cwd=tracked.folder, check=True, capture_output=True
    ).stdout
    subprocess.run(["tar", "-x", "-C", results], input=archive, check=True)
    is_complete(tracked, run_id, results)
    assert list(json.loads(tracked.run("tunewright", "tracked", "bold-lynx", "--json"))) == [run_id]


def test_a_killed_training_goes_on_in_its_run(tracked: Project) -> None:
    before = set(entries(tracked))
    tracked.run("tunewright", "set", "seed=7", "method.num_train_epochs=3")
    killed_in_training(tracked)
    ((run_id, entry),) = ((key, value) for key, value in entries(tracked).items() if key not in before)
    assert entry["trackers"]["wandb"]["stages"] == ["train"]
    rwlock = tracked.folder / ".dvc" / "tmp" / "rwlock"
    if rwlock.exists() and rwlock.stat().st_size == 0:
        rwlock.unlink()
    tracked.repro()
    assert set(entries(tracked)) == before | {run_id}
    assert len(of_wandb(tracked, run_id)) == 4, "train twice, evaluate, report"
    is_complete(tracked, run_id, tracked.folder)


def killed_in_training(project: Project) -> None:
    """kill -9 of the whole process group after the first checkpoint."""
    log = project.folder.parent / "killed.log"
    with log.open("w") as file:
        process = subprocess.Popen(
            ["dvc", "repro"],
            cwd=project.folder,
            env=project.environment,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        deadline = time.monotonic() + PATIENCE
        while "validation loss" not in log.read_text().partition("before training")[2].partition("\n")[2]:
            assert process.poll() is None, f"ended before a checkpoint:\n{log.read_text()}"
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert "Running stage 'evaluate'" not in log.read_text()


def test_another_tracker_runs_nothing_and_can_be_told_later(tracked: Project) -> None:
    tracked.run("git", "checkout", "--quiet", ".")
    tracked.run("dvc", "checkout", "--quiet", "--force")
    tracked.run("tunewright", "set", "tracking=none")
    assert tracked.repro() == {"compose"}
    (tracked.folder / ".tunewright" / "runs.json").unlink()
    for left in run_files(tracked.folder / ".tunewright"):
        left.unlink()
    tracked.run("tunewright", "set", "tracking=wandb-offline")
    assert tracked.repro() == {"compose"}
    tracked.run("dvc", "repro", "--force", "--single-item", "report")
    ((run_id, entry),) = entries(tracked).items()
    assert entry["trackers"]["wandb"]["stages"] == ["report"]
    is_complete(tracked, run_id, tracked.folder)
