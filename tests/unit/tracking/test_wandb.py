"""Offline runs are written for real and read back."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.unit.tracking.offline_run import read_offline_run
from tunewright.config.schema.settings import Project
from tunewright.config.schema.tracking import Tracking
from tunewright.tracking.run import tracked_run

wandb = pytest.importorskip("wandb")
PROJECT = Project(name="Ticket triage", slug="ticket-triage")
SECRET = "correct-horse-battery-staple"
RESOLVED = {
    "seed": 7,
    "method": {"learning_rate": 2e-4, "lora": {"r": 16}},
    "model": {"path": f"https://me:{SECRET}@models.example/m", "api_key": "abcdefgh"},
    "tracking": {"backend": "wandb"},
    "choices": {"tracking": "wandb-offline"},
}


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A project folder that is the working directory, beside the main checkout it was copied from."""
    for name in [name for name in os.environ if name.startswith(("WANDB", "DVC"))]:
        monkeypatch.delenv(name)
    (tmp_path / "checkout").mkdir()
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "resolved.yaml").write_text(yaml.safe_dump(RESOLVED), encoding="utf-8")
    monkeypatch.chdir(copy)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DVC_ROOT", str(tmp_path / "checkout"))
    monkeypatch.setenv("ACME_TOKEN", SECRET)
    return copy


def run_files(project: Path) -> list[Path]:
    return sorted((project.parent / "checkout" / ".tunewright" / "wandb").glob("*run-*/*.wandb"))


def test_config_steps_and_summary_are_read_back_from_the_main_checkout(project, capfd):
    (project / "card.md").write_text("# card\n", encoding="utf-8")
    with tracked_run(Tracking(backend="wandb"), PROJECT, "train") as run:
        for step in (10, 20, 30):
            run.log({"train/loss": 3.0 / step}, step)
        run.summary({"validation_loss_best": 0.25})
        run.file(project / "card.md")
    (path,) = run_files(project)
    found = read_offline_run(path)
    assert found.project == "ticket-triage"
    assert found.config["method"] == RESOLVED["method"]
    assert found.config["seed"] == 7
    assert [(row["step"], row["train/loss"]) for row in found.history] == [(10, 0.3), (20, 0.15), (30, 0.1)]
    assert found.summary["validation_loss_best"] == 0.25
    assert found.exit_code == 0
    card = path.parent / "files" / "card.md"
    assert card.read_text(encoding="utf-8") == "# card\n" and not card.is_symlink()
    assert not (project / "wandb").exists()
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


def test_stages_of_one_experiment_share_a_run_and_another_experiment_has_its_own(project, monkeypatch):
    def identity_of(stage: str) -> str:
        before = set(run_files(project))
        with tracked_run(Tracking(backend="wandb"), PROJECT, stage) as run:
            run.summary({f"{stage}_done": 1.0})
        (new,) = set(run_files(project)) - before
        return read_offline_run(new).run_id

    first = {identity_of("train"), identity_of("evaluate"), identity_of("report")}
    assert len(first) == 1
    other = {"tracking": {"backend": "wandb", "mode": "online"}, "choices": {"tracking": "wandb"}}
    changed = {**RESOLVED, **other}
    Path("resolved.yaml").write_text(yaml.safe_dump(changed), encoding="utf-8")
    assert identity_of("train") in first, "changing the tracker makes no other experiment"
    Path("resolved.yaml").write_text(yaml.safe_dump({**RESOLVED, "seed": 8}), encoding="utf-8")
    assert identity_of("train") not in first
    monkeypatch.setenv("DVC_EXP_NAME", "bold-lynx")
    assert identity_of("train") not in first


def test_no_secret_and_no_host_stand_in_any_file_written(project):
    with tracked_run(Tracking(backend="wandb"), PROJECT, "train") as run:
        run.log({"loss": 1.0}, 1)
    found = read_offline_run(run_files(project)[0])
    written = [p for p in (project.parent / "checkout").rglob("*") if p.is_file()]
    content = b"".join(path.read_bytes() for path in written)
    assert len(written) > 2
    assert b"models.example" in content, "the settings themselves are there"
    assert SECRET.encode() not in content
    assert b"abcdefgh" not in content
    assert "environment" not in found.kinds, "host, user and command line"


def test_a_failed_stage_is_marked_and_its_error_is_not_swallowed(project):
    with pytest.raises(ZeroDivisionError), tracked_run(Tracking(backend="wandb"), PROJECT, "train"):
        raise ZeroDivisionError
    assert read_offline_run(run_files(project)[0]).exit_code == 1


def test_online_without_a_key_is_said_and_written_offline(project, capfd):
    with tracked_run(Tracking(backend="wandb", mode="online"), PROJECT, "train") as run:
        run.log({"loss": 1.0}, 1)
    assert capfd.readouterr().err.count("no W&B key") == 1
    assert len(read_offline_run(run_files(project)[0]).history) == 1


def test_online_without_network_is_said_and_written_offline(project, monkeypatch, capfd):
    monkeypatch.setattr(wandb, "login", lambda **_: True)
    real_init = wandb.init

    def init(**arguments):
        if arguments["mode"] == "online":
            raise wandb.errors.CommError("no route")
        return real_init(**arguments)

    monkeypatch.setattr(wandb, "init", init)
    with tracked_run(Tracking(backend="wandb", mode="online"), PROJECT, "train") as run:
        run.summary({"loss": 1.0})
    assert "cannot be reached" in capfd.readouterr().err
    assert read_offline_run(run_files(project)[0]).summary["loss"] == 1.0


def test_a_missing_package_is_said_with_the_cure(project, monkeypatch, capfd):
    monkeypatch.setitem(sys.modules, "wandb", None)
    with tracked_run(Tracking(backend="wandb"), PROJECT, "train") as run:
        run.log({"loss": 1.0}, 1)
    assert capfd.readouterr().err.count("pip install 'tunewright[wandb]'") == 1
    assert run_files(project) == []


def test_importing_the_interface_does_not_import_wandb():
    code = "import sys, tunewright.tracking.run; sys.exit('wandb' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert importlib.util.find_spec("tunewright.tracking.wandb")
