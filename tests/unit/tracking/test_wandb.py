"""Offline runs are written for real and read back."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.tracking.conftest import RESOLVED, SECRET, opened, store
from tests.unit.tracking.offline_run import OfflineRun, read_offline_run, run_files, together
from tunewright.tracking.ledger import read_ledger
from tunewright.tracking.records import Artifact, Curve, Facts, File, Final, Step, Table
from tunewright.tracking.wandb import mode_for

pytest.importorskip("wandb")
OFFLINE = {"trackers": ["wandb"]}


def read_runs(project: Path) -> list[OfflineRun]:
    return [read_offline_run(path) for path in run_files(store(project))]


def test_a_whole_experiment_is_read_back(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (project / "card.md").write_text(f"# card\nfetched with {SECRET}\n", encoding="utf-8")
    named = {"group": "spring", "tags": ["first", "try"], "notes": f"see {SECRET}", "project": "desk"}
    curve = Curve("train", (Step({"train/loss": 9.0}, 1),))
    with opened(project, "train", **OFFLINE, **named) as run:
        for step in (10, 20, 30):
            run.log({"train/loss": 3.0 / step}, step)
        run.summary({"validation_loss_best": 0.25})
        run.record(Facts({"timing": {"train": {"seconds": 2.0}}}))
    with opened(project, "report", **OFFLINE, **named) as run:
        run.record(curve)
        run.record(Final({"zero_shot/accuracy": 0.5, "zero_shot/accuracy_low": 0.4}))
        run.record(Artifact("dataset", "dataset", "artifacts/data", "sha256:0"))
        run.record(Artifact("adapter", "model", "artifacts/adapter", "sha256:0"))
        run.record(File("card.md"))
        run.record(Table("samples", ("prompt", "tuned"), (("hello", f"hi {SECRET}"),)))
    assert capfd.readouterr() == ("", "")

    first, second = read_runs(project)
    whole = together([first, second])
    assert (first.project, first.group, first.tags) == ("desk", "spring", ["first", "try"])
    assert (first.notes, first.host) == ("see [secret]", "")
    assert whole.config["method"] == RESOLVED["method"]
    assert whole.config["timing"] == {"train": {"seconds": 2.0}}
    assert whole.config["dvc"] == {
        "data/raw": f"md5:{'1' * 32}.dir",
        "extensions": f"md5:{'2' * 32}",
        "artifacts/data": f"md5:{'3' * 32}.dir",
        "artifacts/adapter": f"md5:{'4' * 32}.dir",
    }
    assert "artifacts/adapter" not in first.config["dvc"], "train has yet to make it"
    assert {"system", "python", "packages", "machine"} == {*whole.config["environment"]}
    assert whole.config["environment"]["machine"]["cores"] > 0
    assert "git_commit" in whole.config
    steps = [(row["step"], row["train/loss"]) for row in whole.history if "train/loss" in row]
    assert steps == [(10, 0.3), (20, 0.15), (30, 0.1)], "train recorded its curve: it is not told again"
    assert whole.summary["validation_loss_best"] == 0.25
    assert whole.summary["zero_shot/accuracy_low"] == 0.4
    assert whole.artifacts["dataset"] == {
        "type": "dataset",
        "metadata": {"path": "artifacts/data", "digest": f"md5:{'3' * 32}.dir"},
        "entries": {"data": f"dvc://artifacts/data?md5:{'3' * 32}.dir"},
    }
    assert whole.artifacts["adapter"]["entries"] == {"adapter": f"dvc://artifacts/adapter?md5:{'4' * 32}.dir"}
    assert whole.tables["samples"]["data"] == [["hello", "hi [secret]"]]
    assert (first.exit_code, second.exit_code) == (0, 0)
    card = run_files(store(project))[1].parent / "files" / "card.md"
    assert card.read_text(encoding="utf-8") == "# card\nfetched with [secret]\n" and not card.is_symlink()
    assert sorted(path.name for path in project.iterdir()) == [
        "card.md",
        "dvc.lock",
        "dvc.yaml",
        "resolved.yaml",
    ]
    assert not [*(project.parent / "home").rglob("*.json")], "nothing is kept in the user's home"

    (entry,) = read_ledger(store(project)).values()
    assert entry.trackers["wandb"].stages == ("train", "report")
    places = [project.parent / "checkout" / place for place in entry.trackers["wandb"].places]
    assert places == [path.parent for path in run_files(store(project))]

    written = [path for path in store(project).rglob("*") if path.is_file()]
    content = b"".join(path.read_bytes() for path in written)
    assert b"models.example" in content, "the settings themselves are there"
    assert SECRET.encode() not in content
    assert b"abcdefgh" not in content
    assert "environment" not in first.kinds | second.kinds, "W&B's own: host, user and command line"


def test_bytes_go_with_a_run_only_where_asked(project: Path) -> None:
    (project / "adapter").mkdir()
    (project / "adapter" / "weights.safetensors").write_bytes(b"\0weights")
    (project / "adapter" / "adapter_config.json").write_text(f'{{"token": "{SECRET}"}}')
    with opened(project, "report", **OFFLINE) as run:
        run.record(Artifact("adapter", "model", "adapter", "sha256:0", upload=True))
    (found,) = read_runs(project)
    entries = {name: Path(place) for name, place in found.artifacts["adapter"]["entries"].items()}
    assert entries["weights.safetensors"].read_bytes() == b"\0weights"
    assert entries["adapter_config.json"].read_text() == '{"token": "[secret]"}'
    assert all(path.is_relative_to(store(project)) for path in entries.values())
    assert found.artifacts["adapter"]["metadata"]["path"] == "adapter"


def test_a_curve_is_told_where_the_training_came_from_the_cache_and_failure_is_marked(project: Path) -> None:
    with pytest.raises(ZeroDivisionError), opened(project, "report", **OFFLINE) as run:
        run.record(Curve("train", (Step({"train/loss": 2.0}, 1), Step({"train/loss": 1.0}, 2))))
        raise ZeroDivisionError
    (found,) = read_runs(project)
    assert [row["train/loss"] for row in found.history] == [2.0, 1.0]
    assert found.exit_code == 1


@pytest.mark.parametrize(
    ("wanted", "given", "logged_in", "mode", "said"),
    [
        ("offline", "", True, "offline", ""),
        ("offline", "online", True, "offline", ""),
        ("offline", "disabled", True, "disabled", "WANDB_MODE=disabled"),
        ("online", "", True, "online", ""),
        ("online", "", False, "offline", "wandb login"),
        ("online", "offline", True, "offline", "WANDB_MODE=offline"),
        ("online", "dryrun", True, "offline", "WANDB_MODE=dryrun"),
        ("online", "disabled", True, "disabled", "WANDB_MODE=disabled"),
        ("online", "online", False, "offline", "wandb login"),
    ],
)
def test_mode(wanted: str, given: str, logged_in: bool, mode: str, said: str) -> None:
    found, why = mode_for(wanted, given, lambda: logged_in)  # type: ignore[arg-type]
    assert found == mode
    assert said in why and bool(said) == bool(why)


def test_online_without_a_key_is_said_once_and_written_offline(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with opened(project, trackers=["wandb"], wandb={"mode": "online"}) as run:
        run.log({"loss": 1.0}, 1)
    assert capfd.readouterr().err.splitlines() == [
        "tracking: wandb: no key, so the run is written offline: `wandb login`, then `wandb sync`"
    ]
    (found,) = read_runs(project)
    assert len(found.history) == 1


def test_a_missing_package_is_said_with_the_cure(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "hides").mkdir()
    (tmp_path / "hides" / "wandb.py").write_text("raise ImportError\n")
    (tmp_path / "hides" / "mlflow.py").write_text("raise ImportError\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "hides"))
    with opened(project, trackers=["wandb", "mlflow"]) as run:
        run.log({"loss": 1.0}, 1)
    assert sorted(capfd.readouterr().err.splitlines()) == [
        f"tracking: {name}: is not installed, so nothing is recorded: pip install 'tunewright[{name}]'"
        for name in ("mlflow", "wandb")
    ]
    assert run_files(store(project)) == []


def test_importing_the_interface_does_not_import_wandb() -> None:
    code = "import sys, tunewright.tracking.run; sys.exit('wandb' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert importlib.util.find_spec("tunewright.tracking.wandb")
