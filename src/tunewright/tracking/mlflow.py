"""MLflow: one run an experiment, by default in a SQLite file in `.tunewright/mlflow` of the main checkout.

MLflow gives its runs ids of its own, so the experiment's is a tag, by which the next stage finds the run.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tunewright.scratch import FOLDER
from tunewright.tracking.opening import Opening
from tunewright.tracking.records import Artifact, Declared, Facts, File, Final, Record, Step, Table

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Metric

RUN_ID = "tunewright.run_id"
LONGEST = 5000
MOST_AT_ONCE = 100
SECONDS_TO_CREATE = 60.0
SECONDS_TOGETHER = 1.0
FORBIDDEN = re.compile(r"[^A-Za-z0-9_\-. :/]")
"""In names of metrics, parameters and tags."""


class MlflowRun:
    """A run of MLflow."""

    def __init__(self, client: MlflowClient, run_id: str, place: str) -> None:
        """Wrap an open run."""
        self._client = client
        self._run_id = run_id
        self._recorded: dict[str, set[int]] = {}
        self._waiting: list[Metric] = []
        self._flushed = time.monotonic()
        self.place = place
        self.fills_gaps = True

    def write(self, record: Record) -> None:
        """Record it; steps that follow each other fast are written together, since writing takes a while."""
        if isinstance(record, Step):
            self._keep(record.values, record.step or 0)
            if time.monotonic() - self._flushed < SECONDS_TOGETHER and len(self._waiting) < MOST_AT_ONCE:
                return
        self._flush()
        match record:
            case Final(values):
                self._in_batches("metrics", [_metric(name, value, 0) for name, value in values.items()])
            case Declared(values):
                self._params(flat(values))
            case Facts(values):
                self._tags(flat(values))
            case Table(name, columns, rows):
                table = {"columns": list(columns), "data": [list(row) for row in rows]}
                self._client.log_dict(self._run_id, table, f"{name}.json")
                # By this tag MLflow's pages know that the file is a table.
                shown = json.dumps([{"path": f"{name}.json", "type": "table"}])
                self._client.set_tag(self._run_id, "mlflow.loggedArtifacts", shown)
            case Artifact():
                self._artifact(record)
            case File(path):
                self._client.log_artifact(self._run_id, path)

    def close(self, *, failed: bool) -> None:
        """End this stage's part; the next stage goes on with the same run."""
        self._flush()
        self._client.set_terminated(self._run_id, "FAILED" if failed else "FINISHED")

    def _keep(self, values: Mapping[str, float], step: int) -> None:
        """Keep what is not there yet: a training that was killed goes over its last steps again."""
        for name, value in values.items():
            if name not in self._recorded:
                history = self._client.get_metric_history(self._run_id, _allowed(name))
                self._recorded[name] = {metric.step for metric in history}
            if step not in self._recorded[name]:
                self._recorded[name].add(step)
                self._waiting.append(_metric(name, value, step))

    def _flush(self) -> None:
        waiting = self._waiting
        self._waiting, self._flushed = [], time.monotonic()
        self._in_batches("metrics", waiting)

    def _in_batches(self, kind: Literal["metrics", "params", "tags"], entries: Sequence[object]) -> None:
        for first in range(0, len(entries), MOST_AT_ONCE):
            self._client.log_batch(self._run_id, **{kind: entries[first : first + MOST_AT_ONCE]})

    def _params(self, values: Mapping[str, str]) -> None:
        from mlflow.entities import Param

        self._in_batches("params", [Param(_allowed(name), value[:LONGEST]) for name, value in values.items()])

    def _tags(self, values: Mapping[str, str]) -> None:
        from mlflow.entities import RunTag

        self._in_batches("tags", [RunTag(_allowed(name), value[:LONGEST]) for name, value in values.items()])

    def _artifact(self, record: Artifact) -> None:
        from mlflow.entities import Dataset, DatasetInput, InputTag

        self._tags({f"artifact.{record.name}": f"{record.path} {record.digest}"})
        if record.kind == "dataset":
            # MLflow takes 36 characters for a digest.
            digest = record.digest.partition(":")[2][:36]
            dataset = Dataset(record.name, digest, "dvc", json.dumps({"path": record.path}))
            context = InputTag("mlflow.data.context", "training")
            self._client.log_inputs(self._run_id, [DatasetInput(dataset, [context])])
        if record.copy:
            upload = self._client.log_artifacts if Path(record.copy).is_dir() else self._client.log_artifact
            upload(self._run_id, record.copy, record.name)


def open_run(opening: Opening, say: Callable[[str], None]) -> MlflowRun | None:
    """Open or resume the experiment's run; says what is missing and goes on without it."""
    # MLflow's own patience is measured in hours; it reads these when it is imported.
    for name, value in (
        ("MLFLOW_DISABLE_TELEMETRY", "true"),
        ("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2"),
        ("MLFLOW_HTTP_REQUEST_TIMEOUT", "20"),
    ):
        os.environ.setdefault(name, value)
    try:
        from mlflow import MlflowClient
    except ImportError:
        say("is not installed, so nothing is recorded: pip install 'tunewright[mlflow]'")
        return None
    folder = Path(opening.folder) / "mlflow"
    address = opening.tracking.mlflow.uri
    with _only_one(folder) if address is None else nullcontext():
        uri = address or f"sqlite:///{folder / 'mlflow.db'}"
        client = MlflowClient(uri)
        experiment = _experiment(client, opening, folder if address is None else None)
        run_id = _run(client, opening, experiment)
    store = address or f"sqlite:///{FOLDER / 'mlflow' / 'mlflow.db'}"
    return MlflowRun(client, run_id, f"{store} experiment {experiment} run {run_id}")


def _only_one(folder: Path) -> AbstractContextManager[Any]:
    """Of a parallel sweep only one creates the file."""
    from filelock import FileLock

    folder.mkdir(parents=True, exist_ok=True)
    return FileLock(folder / "mlflow.lock", timeout=SECONDS_TO_CREATE)


def _experiment(client: MlflowClient, opening: Opening, folder: Path | None) -> str:
    name = opening.tracking.project or opening.project
    found = client.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    location = None if folder is None else (folder / "artifacts").as_uri()
    return str(client.create_experiment(name, artifact_location=location))


def _run(client: MlflowClient, opening: Opening, experiment: str) -> str:
    identity, tracking = opening.identity, opening.tracking
    tags = {
        RUN_ID: identity.run_id,
        "dvc_experiment": identity.experiment,
        "group": tracking.group or opening.project,
        "tags": ", ".join(tracking.tags),
        "mlflow.note.content": tracking.notes,
    }
    found = client.search_runs([experiment], f"tags.`{RUN_ID}` = '{identity.run_id}'", max_results=1)
    if found:
        run_id = str(found[0].info.run_id)
        client.update_run(run_id, status="RUNNING", name=identity.name)
        for name, value in tags.items():
            client.set_tag(run_id, name, value)
        return run_id
    return str(client.create_run(experiment, tags=tags, run_name=identity.name).info.run_id)


def _metric(name: str, value: float, step: int) -> Metric:
    from mlflow.entities import Metric

    return Metric(_allowed(name), float(value), int(time.time() * 1000), step)


def _allowed(name: str) -> str:
    return FORBIDDEN.sub("_", name)


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested values as text by dotted key; lists and empty mappings as JSON."""
    return dict(_flat(values, prefix))


def _flat(values: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value if isinstance(value, str) else json.dumps(value)
