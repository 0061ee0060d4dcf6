"""Runs are written to a real SQLite store and read back with MLflow's own client."""

from __future__ import annotations

import json
import os
import shutil
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.unit.tracking.conftest import SECRET, make_project, opened, store
from tests.unit.tracking.offline_run import read_offline_run, run_files
from tunewright.tracking.ledger import read_ledger
from tunewright.tracking.mlflow import RUN_ID, flat
from tunewright.tracking.records import Artifact, Curve, Facts, File, Final, Step, Table

pytest.importorskip("mlflow")
pytest.importorskip("alembic")
MLFLOW: dict[str, Any] = {"trackers": ["mlflow"]}


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store without runs: MLflow takes seconds to make one."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    from mlflow import MlflowClient

    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    MlflowClient(f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_store: Path) -> Path:
    root = make_project(tmp_path, monkeypatch)
    (store(root) / "mlflow").mkdir(parents=True)
    shutil.copy(empty_store, store(root) / "mlflow" / "mlflow.db")
    return root


def read_runs(project: Path, name: str = "ticket-triage") -> tuple[Any, list[Any]]:
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{store(project) / 'mlflow' / 'mlflow.db'}")
    experiment = client.get_experiment_by_name(name)
    assert experiment is not None
    return client, client.search_runs([experiment.experiment_id])


def test_a_whole_experiment_is_read_back(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (project / "card.md").write_text(f"fetched with {SECRET}\n", encoding="utf-8")
    named = {"group": "spring", "tags": ["first", "try"], "notes": f"see {SECRET}", "project": "desk"}
    with opened(project, "train", **MLFLOW, **named) as run:
        for step in (10, 20, 30):
            run.log({"train/loss": 3.0 / step, "train/§": 1.0}, step)
        run.summary({"validation_loss_best": 0.25})
        run.record(Facts({"timing": {"train": {"seconds": 2.0}}}))
    # Killed and resumed from a checkpoint after step 20: step 30 is told again.
    with opened(project, "train", **MLFLOW, **named) as run:
        run.log({"train/loss": 0.1}, 30)
        run.log({"train/loss": 0.075}, 40)
    with opened(project, "report", **MLFLOW, **named) as run:
        run.record(Curve("train", (Step({"train/loss": 9.0}, 10), Step({"train/loss": 0.06}, 50))))
        run.record(Final({"zero_shot/accuracy": 0.5, "zero_shot/accuracy_low": 0.4}))
        run.record(Artifact("dataset", "dataset", "artifacts/data", "sha256:0"))
        run.record(Artifact("adapter", "model", "artifacts/adapter", "sha256:0"))
        run.record(File("card.md"))
        run.record(Table("samples", ("prompt", "tuned"), (("hello", f"hi {SECRET}"),)))
    assert capfd.readouterr() == ("", "")

    client, (found,) = read_runs(project, "desk")
    run_id, tags = found.info.run_id, found.data.tags
    assert (found.info.status, found.info.user_id) == ("FINISHED", "unknown")
    assert found.data.params["method.lora.r"] == "16"
    assert found.data.params["task.output.json_schema._schema"] == "https://json-schema.org/x"
    assert found.data.params["model.api_key"] == "[secret]"
    history = [(metric.step, metric.value) for metric in client.get_metric_history(run_id, "train/loss")]
    assert sorted(history) == [(10, 0.3), (20, 0.15), (30, 0.1), (40, 0.075), (50, 0.06)], (
        "each step once, gaps filled"
    )
    assert found.data.metrics["train/_"] == 1.0, "a name that MLflow does not take is mended"
    assert found.data.metrics["validation_loss_best"] == 0.25
    assert found.data.metrics["zero_shot/accuracy_low"] == 0.4
    assert (tags["group"], tags["tags"], tags["mlflow.note.content"]) == (
        "spring",
        "first, try",
        "see [secret]",
    )
    assert tags["dvc.data/raw"] == f"md5:{'1' * 32}.dir"
    assert tags["timing.train.seconds"] == "2.0"
    assert int(tags["environment.machine.cores"]) > 0
    assert tags["choices.tracking"] == "wandb-offline", "what may change is no parameter"
    assert tags["artifact.adapter"] == f"artifacts/adapter md5:{'4' * 32}.dir"
    (dataset,) = (entry.dataset for entry in found.inputs.dataset_inputs)
    assert (dataset.name, dataset.digest) == ("dataset", f"{'3' * 32}.dir")
    folder = store(project) / "mlflow" / "artifacts" / run_id / "artifacts"
    assert sorted(path.name for path in folder.iterdir()) == ["card.md", "samples.json"]
    assert (folder / "card.md").read_text() == "fetched with [secret]\n"
    assert json.loads((folder / "samples.json").read_text()) == {
        "columns": ["prompt", "tuned"],
        "data": [["hello", "hi [secret]"]],
    }
    ((experiment, entry),) = read_ledger(store(project)).items()
    assert tags[RUN_ID] == experiment
    assert entry.trackers["mlflow"].places[0].endswith(f"run {run_id}")
    written = b"".join(path.read_bytes() for path in store(project).rglob("*") if path.is_file())
    assert b"models.example" in written and SECRET.encode() not in written


def test_several_trackers_at_once_hold_the_same(project: Path) -> None:
    (project / "adapter").mkdir()
    (project / "adapter" / "weights.safetensors").write_bytes(b"\0weights")
    with pytest.raises(ZeroDivisionError), opened(project, "train", trackers=["wandb", "mlflow"]) as run:
        run.log({"train/loss": 0.5}, 3)
        run.record(Artifact("adapter", "model", "adapter", "sha256:0", upload=True))
        raise ZeroDivisionError
    _, (of_mlflow,) = read_runs(project)
    of_wandb = read_offline_run(run_files(store(project))[0])
    assert of_mlflow.data.tags[RUN_ID] == of_wandb.run_id
    assert of_mlflow.data.metrics["train/loss"] == of_wandb.history[0]["train/loss"] == 0.5
    assert (of_mlflow.info.status, of_wandb.exit_code) == ("FAILED", 1)
    folder = store(project) / "mlflow" / "artifacts" / of_mlflow.info.run_id / "artifacts"
    assert (folder / "adapter" / "weights.safetensors").read_bytes() == b"\0weights"
    assert [entry.trackers.keys() for entry in read_ledger(store(project)).values()] == [{"wandb", "mlflow"}]
    settings = {name: value for name, value in of_wandb.config.items() if name not in ("tracking", "_wandb")}
    told = of_mlflow.data.params | of_mlflow.data.tags
    missing = {name for name in flat(settings) if name.replace("$", "_") not in told}
    assert missing == set()


def test_a_server_that_never_answers_is_said_once(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        uri = f"http://me:{SECRET}@127.0.0.1:{deaf.getsockname()[1]}"
        with opened(project, trackers=["mlflow"], mlflow={"uri": uri}) as run:
            run.log({"loss": 1.0}, 1)
    (said,) = capfd.readouterr().err.splitlines()
    assert said.startswith("tracking: mlflow: ") and said.endswith("; the work goes on")
    assert SECRET not in said
