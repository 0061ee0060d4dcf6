"""dvc.lock, empty or cut off: mended from the last commit, or removed."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tunewright.doctor import dvc_at_work, lock_file, pipeline
from tunewright.doctor.dvc_at_work import DvcProcess
from tunewright.doctor.lock_file import damage_in

from .conftest import one, said

WHOLE = yaml.safe_dump(
    {
        "schema": "2.0",
        "stages": {"one": {"cmd": "echo", "outs": [{"path": "a", "hash": "md5", "md5": "0" * 32}]}},
    }
)
CUT = {"empty": "", "within a key": WHOLE[:-40], "without a schema": WHOLE[WHOLE.index("stages") :]}


def test_a_whole_one_is_left_to_the_check_of_the_pipeline(project: Path, look) -> None:
    assert said(lock_file.check(look(fix=True))) == []
    (project / "dvc.lock").write_text(WHOLE)
    assert said(lock_file.check(look(fix=True))) == []
    assert (project / "dvc.lock").read_text() == WHOLE


@pytest.mark.parametrize("content", CUT.values(), ids=CUT)
def test_without_a_committed_one_it_is_removed(project: Path, look, content: str) -> None:
    path = project / "dvc.lock"
    path.write_text(content)
    finding = next(iter(lock_file.check(look())))
    assert (finding.status, finding.fix) == ("wrong", "tunewright doctor --fix")
    assert "every dvc command fails" in finding.message
    assert path.read_text() == content, "without --fix nothing is changed"
    assert said(pipeline.lock_file(project)) == [], "it is told once"
    assert next(iter(lock_file.check(look(fix=True)))).fixed
    assert not path.exists()


@pytest.mark.parametrize("content", CUT.values(), ids=CUT)
def test_the_committed_one_is_put_back_if_it_is_whole(project: Path, look, git, content: str) -> None:
    path = project / "dvc.lock"
    path.write_text(WHOLE)
    git("add", "dvc.lock")
    git("commit", "--quiet", "--message", "Ran")
    path.write_text(content)
    assert "replaced by that of the last commit" in one(lock_file.check(look(fix=True)))[1]
    assert path.read_text() == WHOLE
    path.write_text(content)
    git("commit", "--quiet", "--message", "Cut off", "dvc.lock")
    assert "removed" in one(lock_file.check(look(fix=True)))[1]
    assert not path.exists()


def test_it_is_left_alone_while_dvc_works(project: Path, look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dvc_at_work, "dvc_processes", lambda root: [DvcProcess(7, "dvc repro")])
    (project / "dvc.lock").write_text("")
    status, text = one(lock_file.check(look(fix=True)))
    assert (status, "dvc repro (process 7) runs here" in text) == ("wrong", True)
    assert (project / "dvc.lock").exists()


def test_a_merge_is_not_settled_by_removing_both_sides(project: Path, look) -> None:
    (project / "dvc.lock").write_text(f"<<<<<<< HEAD\n{WHOLE}=======\n{WHOLE}>>>>>>> other\n")
    assert said(lock_file.check(look(fix=True))) == []
    assert "unsettled merge" in one(pipeline.lock_file(project))[1]


def test_what_dvc_takes_is_not_damaged() -> None:
    """DVC goes on from a file that was cut between two entries: what is gone runs or is cached."""
    assert damage_in('schema: "2.0"\nstages:\n') != ""
    assert damage_in('schema: "2.0"\nstages:\n  one:\n    cmd: echo\n') == ""
