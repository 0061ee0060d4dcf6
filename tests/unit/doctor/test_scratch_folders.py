"""Scratch folders: in use, of use, too young to go, stale."""

from __future__ import annotations

import os
import re
import time
from dataclasses import asdict
from pathlib import Path

import pytest
from filelock import FileLock

from tunewright import stages
from tunewright.config.compose import compose
from tunewright.config.resolved import to_yaml
from tunewright.doctor import scratch_folders
from tunewright.scratch import SCRATCH, leftovers, scratch
from tunewright.stages.run import STAGES

from .conftest import one, said

DAY = 86400


@pytest.fixture
def resolved(project: Path) -> Path:
    (project / "resolved.yaml").write_text(to_yaml(compose(project)))
    return project


def killed(project: Path, name: str, days: float) -> Path:
    """What a stage leaves that was killed some days ago."""
    folder = project / SCRATCH / name
    (folder / "checkpoint-5").mkdir(parents=True)
    (folder / "checkpoint-5" / "weights").write_text("w" * 2**20)
    for path in (*folder.rglob("*"), folder):
        os.utime(path, (time.time() - days * DAY,) * 2)
    return folder


def test_nothing_is_left(resolved: Path, look) -> None:
    assert one(scratch_folders.check(look()))[0] == "ok"


def test_every_stage_with_scratch_is_known() -> None:
    """A stage that is not listed would never be found stale."""
    using = {
        path.stem
        for path in Path(stages.__file__).parent.glob("*.py")
        if path.stem in STAGES and re.search(r"\b(scratch|ask_suites)\(", path.read_text())
    }
    assert len(using) == 8
    assert set(scratch_folders.DEPENDENCIES) == using


def test_the_fingerprint_is_the_stages_own(resolved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tunewright.config.stage_settings import stage_settings

    (resolved / "artifacts" / "data").mkdir(parents=True)
    (resolved / "artifacts" / "data" / "train.jsonl").write_text("{}\n")
    found = scratch_folders.fingerprints(resolved)
    monkeypatch.chdir(resolved)
    for stage, dependencies in scratch_folders.DEPENDENCIES.items():
        with scratch(stage, stage_settings(stage, Path()).tracked, dependencies) as folder:
            assert folder.name == f"{stage}-{found[stage]}"
            assert [one.held for one in leftovers(resolved) if one.stage == stage] == [True]


def test_work_that_the_next_run_goes_on_with_is_kept(resolved: Path, look) -> None:
    folder = killed(resolved, f"train-{scratch_folders.fingerprints(resolved)['train']}", days=30)
    status, text = one(scratch_folders.check(look(fix=True)))
    assert (status, "goes on with it" in text) == ("ok", True)
    assert folder.exists()


def test_stale_work_is_mended(resolved: Path, look) -> None:
    folder = killed(resolved, "train-0123456789abcdef", days=3)
    status, text = one(scratch_folders.check(look()))
    assert (status, "1 MB of a killed train" in text) == ("warning", True)
    assert folder.exists()
    finding = next(iter(scratch_folders.check(look(fix=True))))
    assert asdict(finding)["fixed"]
    assert not folder.exists()


def test_young_work_unknown_stages_and_projects_that_never_ran_are_left_alone(resolved: Path, look) -> None:
    young = killed(resolved, "train-0123456789abcdef", days=0.5)
    other = killed(resolved, "export-0123456789abcdef", days=30)
    assert {status for status, _ in said(scratch_folders.check(look(fix=True)))} == {"ok"}
    (resolved / "resolved.yaml").unlink()
    old = killed(resolved, "train-1123456789abcdef", days=30)
    assert {status for status, _ in said(scratch_folders.check(look(fix=True)))} == {"ok"}
    assert young.exists()
    assert other.exists()
    assert old.exists()


def test_work_of_a_running_stage_is_left_alone(resolved: Path, look) -> None:
    folder = killed(resolved, "train-0123456789abcdef", days=3)
    with FileLock(folder.with_suffix(".lock")):
        status, text = one(scratch_folders.check(look(fix=True)))
    assert (status, "running train" in text) == ("ok", True)
    assert folder.exists()
