"""What arrives at a server: of `wandb sync` after offline stages, of an online run, of one that cannot be."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.tracking.conftest import SECRET, opened, store
from tests.unit.tracking.offline_run import read_offline_run, run_files
from tests.unit.tracking.wandb_server import Received, wandb_server
from tunewright.tracking.ledger import read_ledger
from tunewright.tracking.records import Artifact, Final, Step

pytest.importorskip("wandb")
KEY = "0123456789" * 4


def three_parts(project: Path, **tracking: Any) -> None:
    """A training that was killed, the rest of it with its last step told again, then the report.

    The report repeats all final numbers: those of an earlier stage's file do not survive `wandb sync`.
    """
    with opened(project, "train", trackers=["wandb"], **tracking) as run:
        for step in (1, 2, 3):
            run.record(Step({"train/loss": 1.0 / step}, step))
    with opened(project, "train", trackers=["wandb"], **tracking) as run:
        for step in (3, 4):
            run.record(Step({"train/loss": 1.0 / step}, step))
        run.summary({"validation_loss_best": 0.25})
    with opened(project, "report", trackers=["wandb"], **tracking) as run:
        run.record(Final({"validation_loss_best": 0.25, "tuned/accuracy": 0.75}))
        run.record(Artifact("adapter", "model", "artifacts/adapter", "sha256:0"))


def is_complete(received: Received) -> None:
    losses = [(row["step"], row["train/loss"]) for row in received.rows() if "train/loss" in row]
    assert losses == [(1, 1.0), (2, 0.5), (3, 1 / 3), (3, 1 / 3), (4, 0.25)]
    assert received.summary["validation_loss_best"] == 0.25
    assert received.summary["tuned/accuracy"] == 0.75
    assert received.config["method"]["lora"] == {"r": 16}
    assert received.config["dvc"]["artifacts/adapter"] == f"md5:{'4' * 32}.dir"
    assert received.artifacts == ["adapter"]
    assert len(received.runs) == 1
    assert SECRET not in str(received)


def test_sync_sends_all_stages_of_an_offline_run(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    three_parts(project)
    (entry,) = read_ledger(store(project)).values()
    assert len(entry.trackers["wandb"].places) == 3
    with wandb_server() as received:
        environment = {**os.environ, "WANDB_BASE_URL": received.address, "WANDB_API_KEY": KEY}
        done = subprocess.run(
            [sys.executable, "-m", "wandb", "sync", "--yes", *entry.trackers["wandb"].places],
            cwd=project.parent / "checkout",
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        is_complete(received)


def test_online_all_stages_write_to_one_run(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WANDB_API_KEY", KEY)
    with wandb_server() as received:
        monkeypatch.setenv("WANDB_BASE_URL", received.address)
        three_parts(project, wandb={"mode": "online"})
        is_complete(received)
    assert capfd.readouterr().err == ""
    (run_id,) = received.runs
    assert read_ledger(store(project))[run_id].trackers["wandb"].places == (
        f"{received.address}/team/desk/runs/{run_id}",
    )


@pytest.mark.slow
def test_a_server_that_never_answers_is_said_and_the_run_written_offline(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """W&B is given twenty seconds; the work does not wait for them."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        monkeypatch.setenv("WANDB_API_KEY", KEY)
        monkeypatch.setenv("WANDB_BASE_URL", f"http://127.0.0.1:{deaf.getsockname()[1]}")
        with opened(project, trackers=["wandb"], wandb={"mode": "online"}) as run:
            run.log({"loss": 1.0}, 1)
    (said,) = capfd.readouterr().err.splitlines()
    assert said.startswith("tracking: wandb: no run online, so it is written offline")
    assert KEY not in said
    assert [row["loss"] for row in read_offline_run(run_files(store(project))[-1]).history] == [1.0]
