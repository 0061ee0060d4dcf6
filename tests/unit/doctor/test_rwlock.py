"""DVC's rwlock, empty or cut off: mended, unless any process may still need it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tunewright.doctor import rwlock as rwlock_check
from tunewright.doctor.dvc_at_work import is_dvc
from tunewright.doctor.rwlock import damage_of

from .conftest import one

RWLOCK = Path(".dvc") / "tmp" / "rwlock"
HOLD = """
import sys, time, zc.lockfile
lock = zc.lockfile.LockFile(sys.argv[1])
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def rwlock(project: Path) -> Path:
    path = project / RWLOCK
    path.parent.mkdir()
    path.touch()
    return path


@contextmanager
def process(*command: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has printed its first line."""
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline()
        try:
            yield running
        finally:
            running.kill()


def test_no_lock(project: Path, look) -> None:
    assert one(rwlock_check.check(look(fix=True)))[0] == "ok"
    assert not (project / RWLOCK).exists()


def test_without_dvc(tmp_path: Path, look) -> None:
    assert one(rwlock_check.check(look()))[0] == "skipped"


@pytest.mark.parametrize(
    ("content", "word"), [("", "empty"), ('{"write": {"a": ', "cut off"), ("\0\0", "cut off")]
)
def test_a_damaged_lock_is_found_and_mended(rwlock: Path, look, content: str, word: str) -> None:
    rwlock.write_text(content)
    finding = next(iter(rwlock_check.check(look())))
    assert (finding.status, finding.fix) == ("wrong", "tunewright doctor --fix")
    assert word in finding.message
    assert rwlock.exists()
    finding = next(iter(rwlock_check.check(look(fix=True))))
    assert (finding.status, finding.fixed) == ("ok", True)
    assert not rwlock.exists()
    assert one(rwlock_check.check(look()))[0] == "ok"


@pytest.mark.parametrize("name", ["lock", "rwlock.lock"])
def test_a_held_lock_of_dvc_is_respected(rwlock: Path, look, name: str) -> None:
    holder = [sys.executable, "-c", HOLD, str(rwlock.parent / name)]
    with process(*holder, folder=rwlock.parents[3]):  # outside the project: only its lock gives it away
        status, text = one(rwlock_check.check(look(fix=True)))
    assert (status, "a process holds DVC's locks: left alone" in text) == ("wrong", True)
    assert rwlock.exists()


def test_a_dvc_process_in_the_project_is_respected_even_without_a_lock(
    rwlock: Path, look, tmp_path: Path
) -> None:
    script = tmp_path.parent / f"{tmp_path.name}-bin" / "dvc"
    script.parent.mkdir()
    script.write_text("import time; print('here', flush=True); time.sleep(60)")
    with process(sys.executable, str(script), "repro", "train", folder=rwlock.parent) as running:
        status, text = one(rwlock_check.check(look(fix=True)))
        assert status == "wrong"
        assert f"dvc repro train (process {running.pid})" in text
        assert (
            next(iter(rwlock_check.check(look()))).fix
            == "wait until it has ended, then: tunewright doctor --fix"
        )
        assert rwlock.exists()
    with process(sys.executable, str(script), "repro", folder=tmp_path.parent):
        assert next(iter(rwlock_check.check(look(fix=True)))).fixed, "a dvc of another project is no obstacle"


def test_it_is_not_mended_if_it_is_whole_by_the_time_it_is_locked(rwlock: Path, look, monkeypatch) -> None:
    """A live dvc empties the file for an instant before it writes: the second look counts."""
    seen = iter(["empty", "", ""])
    monkeypatch.setattr(rwlock_check, "damage_of", lambda path: next(seen))
    finding = next(iter(rwlock_check.check(look(fix=True))))
    assert not finding.fixed
    assert rwlock.exists()


def test_entries_of_a_readable_lock(rwlock: Path, look, tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    rwlock.write_text(json.dumps({"write": {"a": {"pid": ended.pid, "cmd": "dvc repro"}}}))
    assert one(rwlock_check.check(look()))[0] == "ok", "DVC itself strikes out a process that is gone"
    rwlock.write_text(json.dumps({"read": {"a": [{"pid": os.getpid(), "cmd": "dvc repro"}]}}))
    finding = next(iter(rwlock_check.check(look(fix=True))))
    assert finding.status == "warning"
    assert finding.fix == f"ps -p {os.getpid()}; if that is not it: rm .dvc/tmp/rwlock"
    assert rwlock.exists()
    rwlock.write_text('["neither", 1]')
    assert one(rwlock_check.check(look()))[0] == "ok"


@pytest.mark.parametrize(
    ("words", "is_it"),
    [
        (["dvc", "repro"], True),
        (["/venv/bin/python", "/venv/bin/dvc", "repro"], True),
        (["python", "-m", "dvc", "status"], True),
        (["vim", "a", "b", "dvc"], False),
        (["tail", "-f", "dvc.log"], False),
        ([], False),
    ],
)
def test_command_lines_of_dvc(words: list[str], is_it: bool) -> None:
    assert is_dvc(words) == is_it


def test_unreadable_text(tmp_path: Path) -> None:
    (tmp_path / "rwlock").write_bytes(b"\xff\xfe")
    assert damage_of(tmp_path / "rwlock") == "no text"


def test_time_to_look_is_short(rwlock: Path, look) -> None:
    started = time.monotonic()
    list(rwlock_check.check(look()))
    assert time.monotonic() - started < 5
