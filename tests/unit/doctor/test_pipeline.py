"""DVC's commands, folder, pipeline and lock file."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import yaml

from tunewright.doctor import pipeline
from tunewright.doctor.pipeline import command, initialised, lock_file

from .conftest import one, said


def locked(project: Path) -> dict[str, dict[str, object]]:
    """What DVC would have written after a run of the project's dvc.yaml."""
    stages = yaml.safe_load((project / "dvc.yaml").read_text())["stages"]

    def paths(*lists: list[object] | None) -> list[dict[str, object]]:
        return [
            {"path": path, "md5": "0" * 32}
            for entries in lists
            for entry in entries or []
            for path in (entry if isinstance(entry, dict) else [entry])
        ]

    return {
        name: {
            "cmd": stage["cmd"],
            "deps": paths(stage.get("deps")),
            "outs": paths(stage.get("outs"), stage.get("metrics"), stage.get("plots")),
        }
        for name, stage in stages.items()
    }


def write_lock(project: Path, stages: dict[str, dict[str, object]]) -> None:
    (project / "dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": stages}))


def test_a_lock_file_of_this_pipeline(project: Path, look, commands_here: None) -> None:
    write_lock(project, locked(project))
    found = said(pipeline.check(look()))
    assert [status for status, _ in found] == ["ok"] * 4, found
    assert "11 stages ran" in found[-1][1]


def test_before_the_first_run(project: Path) -> None:
    assert one(lock_file(project))[0] == "skipped"


@pytest.mark.parametrize(
    ("stage", "changes", "word"),
    [
        ("train", {"cmd": "python train.py"}, "its command has changed"),
        ("train", {"deps": []}, "its inputs have changed since it ran: artifacts/base_model.json"),
        (
            "report",
            {"outs": []},
            "its outputs have changed since it ran: metrics/acceptance.json, metrics/suites.json, reports",
        ),
        ("serve", {"cmd": "x"}, "is in dvc.lock and no longer in dvc.yaml"),
        ("train", None, "has not run yet"),
    ],
)
def test_each_difference(project: Path, stage: str, changes: dict[str, object] | None, word: str) -> None:
    stages = locked(project)
    if changes is None:
        del stages[stage]
    else:
        stages[stage] = {**stages.get(stage, {}), **changes}
    write_lock(project, stages)
    status, text = one(lock_file(project))
    assert status == "warning"
    assert f"stage {stage}: {word}" in text


def test_stages_made_from_a_template_are_left_alone(project: Path) -> None:
    content = yaml.safe_load((project / "dvc.yaml").read_text())
    content["stages"]["export"] = {"foreach": ["a", "b"], "do": {"cmd": "echo ${item}"}}
    (project / "dvc.yaml").write_text(yaml.safe_dump(content))
    write_lock(project, {**locked_without(project, "export"), "export@a": {"cmd": "echo a"}})
    assert one(lock_file(project))[0] == "ok"


def locked_without(project: Path, name: str) -> dict[str, dict[str, object]]:
    content = yaml.safe_load((project / "dvc.yaml").read_text())
    entry = content["stages"].pop(name)
    (project / "dvc.yaml").write_text(yaml.safe_dump(content))
    stages = locked(project)
    content["stages"][name] = entry
    (project / "dvc.yaml").write_text(yaml.safe_dump(content))
    return stages


@pytest.mark.parametrize("name", ["dvc.yaml", "dvc.lock"])
def test_files_that_cannot_be_read(project: Path, name: str) -> None:
    write_lock(project, locked(project))
    before = (project / name).read_text()
    (project / name).write_text(f"{before}<<<<<<< HEAD\nstages:\n=======\n>>>>>>> other\n")
    status, text = one(lock_file(project))
    assert status == "wrong"
    assert f"{name}:{before.count(chr(10)) + 1}: has the marks of an unsettled merge" in text


def test_a_pipeline_that_is_no_yaml(project: Path) -> None:
    (project / "dvc.yaml").write_text("stages: [1, 2\n")
    assert "cannot be read" in one(lock_file(project))[1]


def test_a_missing_pipeline(project: Path) -> None:
    (project / "dvc.yaml").unlink()
    assert one(lock_file(project))[0] == "wrong"


def test_dvc_folder_and_settings(project: Path) -> None:
    assert initialised(project).status == "ok"
    (project / ".dvc" / "config").write_text("[core]\nremotte = x\n")
    finding = initialised(project)
    assert (finding.status, finding.place) == ("wrong", ".dvc/config")
    (project / ".dvc" / "config").unlink()
    (project / ".dvc" / ".gitignore").unlink()
    (project / ".dvc").rmdir()
    assert initialised(project).fix == "dvc init"


def test_commands_of_another_environment(tmp_path: Path) -> None:
    bin_ = Path(sys.executable).parent
    assert command("dvc", str(bin_ / "dvc"), bin_).status == "ok"
    assert command("dvc", "/elsewhere/bin/dvc", bin_).status == "warning"
    missing = command("dvc", None, bin_)
    assert missing.status == "wrong"
    assert missing.fix == f". {bin_}/activate"
