"""`tunewright tracked`: from an experiment to its run and back, by name, by revision, by id."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.unit.tracking.conftest import LOCK, RESOLVED
from tunewright.cli.tracked import tracked
from tunewright.errors import UsageError
from tunewright.tracking.identity import run_id_of
from tunewright.tracking.ledger import LEDGER

RUN_ID = run_id_of(RESOLVED, LOCK["stages"])  # type: ignore[arg-type]
OTHER = "0" * 16
ENTRIES = {
    OTHER: {"name": "desk-000000", "experiments": [], "commit": "", "trackers": {}},
    RUN_ID: {
        "name": "bold-lynx",
        "experiments": ["mild-newt", "bold-lynx"],
        "commit": "a" * 40,
        "trackers": {
            "wandb": {
                "places": [".tunewright/wandb/offline-run-1-x", ".tunewright/wandb/offline-run-2-x"],
                "stages": ["train", "report"],
            },
            "mlflow": {"places": ["https://mlflow.acme.example run 7"], "stages": ["report"]},
        },
    },
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose commit is tagged as DVC keeps an experiment, and which recorded two runs."""
    (tmp_path / ".tunewright").mkdir()
    (tmp_path / ".tunewright" / LEDGER).write_text(json.dumps(ENTRIES))
    (tmp_path / "resolved.yaml").write_text(yaml.safe_dump(RESOLVED))
    (tmp_path / "dvc.lock").write_text(yaml.safe_dump(LOCK))
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "resolved.yaml", "dvc.lock")
    git(tmp_path, "commit", "--quiet", "--message", "an experiment")
    git(tmp_path, "tag", "of-a-colleague")
    git(tmp_path, "update-ref", f"refs/exps/ab/{'c' * 38}/pulled-one", "HEAD")
    (tmp_path / "resolved.yaml").write_text(yaml.safe_dump({**RESOLVED, "seed": 8}))
    git(tmp_path, "commit", "--quiet", "--all", "--message", "not recorded here")
    return tmp_path


def git(root: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    subprocess.run(["git", *who, *arguments], cwd=root, check=True)


@pytest.mark.parametrize(
    "wanted", [RUN_ID, "bold-lynx", "mild-newt", "of-a-colleague", "pulled-one", "HEAD~1"]
)
def test_whatever_names_the_experiment_finds_its_run(
    wanted: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tracked(root, wanted, as_json=False)
    out = capsys.readouterr().out
    assert out.splitlines() == [
        "bold-lynx",
        f"  run id      {RUN_ID}",
        "  experiment  mild-newt, bold-lynx, pulled-one",
        f"  started on  {'a' * 40}",
        "  wandb       2 folders of one run; to send them: wandb sync .tunewright/wandb/offline-run-1-x "
        ".tunewright/wandb/offline-run-2-x",
        "  wandb       recorded by train, report",
        "  mlflow      https://mlflow.acme.example run 7",
        "  mlflow      recorded by report",
    ]


def test_all_runs_newest_first_and_as_json(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tracked(root, None, as_json=False)
    out = capsys.readouterr().out
    assert out.index("bold-lynx") < out.index("desk-000000")
    tracked(root, None, as_json=True)
    pulled = ENTRIES[RUN_ID] | {"experiments": ["mild-newt", "bold-lynx", "pulled-one"]}
    assert json.loads(capsys.readouterr().out) == ENTRIES | {RUN_ID: pulled}
    tracked(root, OTHER, as_json=True)
    assert list(json.loads(capsys.readouterr().out)) == [OTHER]


def test_a_folder_without_git_has_its_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".tunewright").mkdir()
    (tmp_path / ".tunewright" / LEDGER).write_text(json.dumps(ENTRIES))
    tracked(tmp_path, None, as_json=True)
    assert json.loads(capsys.readouterr().out) == ENTRIES


def test_an_experiment_recorded_elsewhere_has_its_id_all_the_same(root: Path) -> None:
    other = run_id_of({**RESOLVED, "seed": 8}, LOCK["stages"])  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=f"has the run id {other}"):
        tracked(root, "HEAD", as_json=False)


@pytest.mark.parametrize("wanted", ["no-such-name", "--output=x", "HEAD:dvc.lock"])
def test_what_names_nothing_is_said(wanted: str, root: Path) -> None:
    with pytest.raises(UsageError, match="no experiment, revision or run goes by the name"):
        tracked(root, wanted, as_json=False)


def test_before_the_first_run_it_says_how_to_choose_a_tracker(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tracked(tmp_path, None, as_json=False)
    assert "tunewright options tracking" in capsys.readouterr().out
