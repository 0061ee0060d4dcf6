"""Scratch folders: gone after success, kept after a failure, handed over to who waits for the same work."""

from __future__ import annotations

import os
import shutil
import threading
import time
from pathlib import Path

import pytest

from tunewright.scratch import REMOVED, SCRATCH, leftovers, scratch


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    return tmp_path


def folders(checkout: Path) -> list[Path]:
    return [path for path in (checkout / SCRATCH).iterdir() if path.is_dir()]


def test_it_is_removed_after_success_and_kept_after_a_failure(checkout: Path) -> None:
    with pytest.raises(RuntimeError), scratch("train", {"a": 1}, []) as folder:
        (folder / "half").write_text("done")
        raise RuntimeError
    with scratch("train", {"a": 1}, []) as folder:
        assert (folder / "half").read_text() == "done"
    assert folders(checkout) == []


def test_other_settings_have_another_folder() -> None:
    with scratch("train", {"a": 1}, []) as one, scratch("train", {"a": 2}, []) as other:
        assert one != other


def test_who_waits_for_the_same_work_finds_it_done(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found: list[str] = []

    def do_the_same() -> None:
        with scratch("baseline", {"a": 1}, []) as folder:
            found.append((folder / "answers").read_text())

    waiter = threading.Thread(target=do_the_same)
    with scratch("baseline", {"a": 1}, []) as folder:
        waiter.start()
        time.sleep(0.3)
        assert found == [], "it waits"
        (folder / "answers").write_text("all of them")
    waiter.join(10)
    assert found == ["all of them"]
    assert folders(checkout) == [], "the last one removes the folder"
    told = capsys.readouterr().err
    assert "baseline: another process is at this very work" in told
    assert f"`kill {os.getpid()}` ends it" in told


def test_a_waiter_that_was_killed_leaves_no_folder_behind(checkout: Path) -> None:
    with scratch("baseline", {"a": 1}, []) as folder:
        folder.with_suffix(".999999.waiting").write_text("")
    assert folders(checkout) == []


def test_a_kill_while_it_is_removed_leaves_nothing_to_go_on_with(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = shutil.rmtree

    def killed(path: Path, *arguments: object, **named: object) -> None:
        if (path / "checkpoint-3").exists():
            raise KeyboardInterrupt
        plain(path, *arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt), scratch("train", {}, []) as folder:
            (folder / "checkpoint-3").mkdir()
    assert not folder.exists()
    assert list((checkout / SCRATCH).glob(f"{REMOVED}*"))
    assert list(leftovers(checkout)) == []
    with scratch("train", {}, []) as again:
        assert not (again / "checkpoint-3").exists()
    assert not list((checkout / SCRATCH).glob(f"{REMOVED}*"))
